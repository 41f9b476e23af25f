#include "ticker.hpp"

#include "numbers.hpp"
#include "run.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace asio = boost::asio;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

// Reads for a time, with a producer at full speed and a handler that needs `each` for a record.
void read_beside_a_ticker(loop::stream_options options, std::chrono::nanoseconds each) {
  static constexpr auto time = 500ms;
  asio::io_context context;
  const sources::memory_ring ring{1 << 20};
  loop::stream events{context.get_executor(), options};
  events.add(ring.source());
  std::atomic<bool> over{false};
  std::thread producer{[&] {
    for (std::uint64_t number = 0; !over; ++number) ring.emit(numbered_record(number));
  }};

  ticker ticks{context};
  std::uint64_t handled = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    ticks.start();
    records::batch batch;
    for (const auto end = steady::now() + time; steady::now() < end;) {
      co_await events.async_read(batch);
      for ([[maybe_unused]] const auto& record : batch) {
        burn(each);
        ++handled;
      }
    }
    ticks.stop();
  });
  over = true;
  producer.join();

  check_ticks(ticks, time);
  BOOST_TEST(handled >= 100U);
  BOOST_TEST(events.statistics().delivered >= handled);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tick)

BOOST_AUTO_TEST_CASE(a_slow_handler_under_a_flood_leaves_the_loop_alive) {
  read_beside_a_ticker({}, 50us);
}

BOOST_AUTO_TEST_CASE(so_it_does_with_latency) {
  read_beside_a_ticker({.latency = 200us}, 50us);
}

BOOST_AUTO_TEST_CASE(a_quick_handler_under_a_flood_leaves_the_loop_alive) {
  read_beside_a_ticker({}, 0us);
}

BOOST_AUTO_TEST_SUITE_END()
