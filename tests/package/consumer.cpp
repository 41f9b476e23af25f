// Reads a ring in memory with co_await, and opens a BPF object: no privilege, both floors, libbpf linked.
#include "hello_bpf.hpp"

#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <span>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;

namespace {

asio::awaitable<std::size_t> read_once(loop::stream& events) {
  records::batch batch;
  co_return co_await events.async_read(batch);
}

}  // namespace

int main() {
  asio::io_context context;
  loop::stream events{context.get_executor()};
  const sources::memory_ring ring{4096};
  events.add(ring.source());

  std::size_t records = 0;
  asio::co_spawn(context, read_once(events), [&](std::exception_ptr failed, std::size_t read) {
    if (failed) std::rethrow_exception(failed);
    records = read;
  });
  for (std::uint64_t i = 0; i < 3; ++i) ring.emit(std::as_bytes(std::span{&i, 1}));
  context.run();

  const bpf::object_file file{HELLO_OBJECT};
  std::cout << records << " records, " << file.types().find("hello")->size << " bytes each\n";
  const bool same = hello_bpf::open().program_names() == file.program_names();
  return records == 3 && same && sizeof(hello_bpf::hello) == 8 ? 0 : 1;
}
