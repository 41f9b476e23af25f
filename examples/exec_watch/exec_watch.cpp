// Prints the machine's program executions until Ctrl-C, then the ledger.
//   exec_watch exec.bpf.o
#include "printable.hpp"

#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstring>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;

// As in exec.bpf.c.
struct exec_event {
  std::uint64_t time_ns;
  std::uint32_t pid;
  std::uint32_t ppid;
  std::uint32_t uid;
  std::uint32_t args_size;
  char comm[16];
  char filename[256];
  std::uint8_t args[256];
};

// A text that fills its array has no NUL.
template <std::size_t Size>
std::string shown(const char (&text)[Size]) {
  return exec_watch::printable({text, ::strnlen(text, Size)});
}

asio::awaitable<void> watch(loop::stream& events) {
  records::batch batch;
  for (;;) {
    co_await events.async_read(batch);  // throws when the stream is closed
    for (const auto& record : batch) {
      exec_event event;
      if (record.data.size() != sizeof(event)) continue;
      std::memcpy(&event, record.data.data(), sizeof(event));
      std::cout << event.pid << ' ' << event.ppid << ' ' << event.uid << ' ' << shown(event.comm) << ' '
                << shown(event.filename) << '\n';
    }
    std::cout.flush();
  }
}

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: exec_watch <exec.bpf.o>\n";
    return 2;
  }
  const bpf::object object = bpf::object_file{argv[1]}.load();
  const bpf::link link = bpf::attach(object.program("on_exec"));

  asio::io_context context;
  loop::stream events{context.get_executor(), {.latency = std::chrono::milliseconds{1}}};
  events.add(sources::ring_source{object, "events"});

  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](auto, int) { events.close(); });
  asio::co_spawn(context, watch(events), [&](std::exception_ptr) { signals.cancel(); });
  context.run();

  const records::ledger ledger = events.statistics();
  std::cerr << "seen " << ledger.seen << ", delivered " << ledger.delivered << ", unread " << ledger.unread
            << ", lost:";
  for (const auto& cause : records::causes) std::cerr << ' ' << cause.name << ' ' << ledger.lost[cause.which];
  std::cerr << '\n';
} catch (const bpf::error& error) {
  std::cerr << error.what() << '\n' << error.log();
  return 1;
}
