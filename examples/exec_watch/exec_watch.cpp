// Prints the machine's program executions until Ctrl-C, then the ledger. exec_bpf.hpp is made from
// exec.bpf.c.
#include "exec_bpf.hpp"
#include "printable.hpp"

#include <aiobpf/loop/stream.hpp>

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
      exec_bpf::exec_event event;
      if (record.data.size() != sizeof(event)) continue;
      std::memcpy(&event, record.data.data(), sizeof(event));
      std::cout << event.pid << ' ' << event.ppid << ' ' << event.uid << ' ' << shown(event.comm) << ' '
                << shown(event.filename) << '\n';
    }
    std::cout.flush();
  }
}

int main() try {
  exec_bpf::loaded exec = exec_bpf::load();
  exec.attach_all();

  asio::io_context context;
  loop::stream events{context.get_executor(), {.latency = std::chrono::milliseconds{1}}};
  events.add(exec.events());

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
