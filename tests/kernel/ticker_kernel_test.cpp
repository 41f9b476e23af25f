#include "kernel.hpp"
#include "run.hpp"
#include "ticker.hpp"
#include "time_limit.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <atomic>
#include <thread>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

BOOST_AUTO_TEST_SUITE(kernel_ticker, *needs_bpf() * needs_real_time())

BOOST_AUTO_TEST_CASE(a_slow_handler_under_a_flood_from_the_kernel_leaves_the_loop_alive) {
  static constexpr auto time = 5s;
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  asio::io_context context;
  loop::stream events{context.get_executor()};
  events.add(sources::ring_source{object, "first"});
  events.add(sources::ring_source{object, "second"});
  std::atomic<bool> over{false};
  std::thread producer{[&] {
    const auto program = object.program("emit");
    emit_args args{.count = 10'000, .ring = 2};
    while (!over) program.run(std::as_writable_bytes(std::span{&args, 1}));
  }};

  ticker ticks{context};
  std::uint64_t handled = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    ticks.start();
    records::batch batch;
    for (const auto end = steady::now() + time; steady::now() < end;) {
      co_await events.async_read(batch);
      for ([[maybe_unused]] const auto& record : batch) {
        burn(50us);
        ++handled;
      }
    }
    ticks.stop();
  });
  over = true;
  producer.join();

  check_ticks(ticks, time);
  BOOST_TEST(handled >= 1000U);
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_SUITE_END()
