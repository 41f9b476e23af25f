#include "fake_source.hpp"
#include "loop_printing.hpp"
#include "run.hpp"

#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <stdexcept>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::system::error_code;
using boost::test_tools::per_element;
using steady = std::chrono::steady_clock;

namespace {

struct fixture {
  loop::stream& open(loop::stream_options options = {}) {
    events.emplace(context.get_executor(), options);
    events->add(fake_source{state});
    return *events;
  }
  void start_read() {
    ended = false;
    events->async_read(batch, [this](error_code result, std::size_t) {
      error = result;
      ended = true;
    });
  }
  // Reads records that come fast enough for a window to pay: the last one is held back.
  void open_window() {
    for (std::uint64_t number = 0; number < 3; ++number) {
      state->emit(number);
      start_read();
      BOOST_TEST(wait_for_end());
    }
  }
  bool wait_for_end() {
    return run_until(context, [&] { return ended; });
  }
  // Lets the context run for a time: here the subject is what happens while nothing comes.
  void run_for(std::chrono::nanoseconds time) {
    asio::steady_timer timer{context, time};
    bool over = false;
    timer.async_wait([&](error_code) { over = true; });
    run_until(context, [&] { return over; });
  }

  asio::io_context context;
  std::shared_ptr<fake> state = std::make_shared<fake>();
  std::optional<loop::stream> events;
  records::batch batch;
  bool ended = false;
  error_code error;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_wake, fixture)

BOOST_AUTO_TEST_CASE(one_that_polls_shares_its_thread_and_sees_records_that_nobody_was_told_of) {
  open({.poll = loop::polling{.idle = 1h}});
  state->emit(0);
  start_read();
  BOOST_TEST(wait_for_end());
  start_read();
  int others = 0;
  for (int i = 0; i < 100; ++i) asio::post(context, [&] { ++others; });
  BOOST_TEST(run_until(context, [&] { return others == 100; }));
  BOOST_TEST(!ended);
  const auto began = steady::now();
  state->emit_silently(1);
  BOOST_TEST(wait_for_end());
  BOOST_TEST((steady::now() - began < loop::source_set::safety_look));
  BOOST_TEST(numbers_in(batch) == numbers_from(1, 1), per_element());
}

BOOST_AUTO_TEST_CASE(one_that_polled_and_was_idle_waits_for_its_descriptor) {
  open({.poll = loop::polling{.idle = 1ms}});
  state->emit(0);
  start_read();
  BOOST_TEST(wait_for_end());
  start_read();
  run_for(20ms);
  const std::size_t drains = state->drains;
  BOOST_TEST(state->releases == 0U);  // one record: nothing was held back
  run_for(10ms);
  BOOST_TEST(state->drains <= drains + 1);
  state->emit(1);
  BOOST_TEST(wait_for_end());
}

BOOST_AUTO_TEST_CASE(a_record_that_nobody_was_told_of_is_seen_by_the_safety_look) {
  open();
  start_read();
  context.poll();
  const auto began = steady::now();
  state->emit_silently(0);
  BOOST_TEST(wait_for_end());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
  BOOST_TEST((steady::now() - began >= loop::source_set::safety_look - 10ms));
}

BOOST_AUTO_TEST_CASE(an_idle_stream_looks_no_more_often_than_the_safety_look_says) {
  open();
  start_read();
  context.poll();
  const auto drains = state->drains;
  run_for(250ms);
  BOOST_TEST(state->drains - drains <= 3U);
  BOOST_TEST(!ended);
}

BOOST_AUTO_TEST_CASE(a_busy_head_does_not_make_the_loop_spin) {
  open();
  state->busy = true;
  state->signal();
  start_read();
  context.poll();
  run_for(100ms);
  BOOST_TEST(state->drains <= 4U);
  state->busy = false;
  state->emit(0);
  BOOST_TEST(wait_for_end());
  BOOST_TEST(!error);
}

// A kernel ring's descriptor, too, stays readable while its head is busy: nobody asks it twice.
BOOST_AUTO_TEST_CASE(a_descriptor_that_stays_readable_wakes_once) {
  loop::stream stream{context.get_executor()};
  const sources::memory_ring ring{4096};
  stream.add(ring.source());
  std::byte* const head = ring.reserve(8);
  ring.emit(numbered_record(1));
  stream.async_read(batch, [&](error_code, std::size_t) { ended = true; });
  context.poll();
  const auto woken = context.poll();
  BOOST_TEST(woken == 0U);
  BOOST_TEST(!ended);
  std::memcpy(head, numbered_record(0).data(), 8);
  ring.submit(head);
  BOOST_TEST(wait_for_end());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 2), per_element());
}

BOOST_AUTO_TEST_CASE(with_latency_records_wait_for_the_window_and_come_then) {
  open({.latency = 20ms});
  open_window();
  const auto began = steady::now();
  state->emit_silently(3);
  state->emit_silently(4);
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(numbers_in(batch) == numbers_from(3, 2), per_element());
  BOOST_TEST((steady::now() - began >= 10ms));
}

BOOST_AUTO_TEST_CASE(with_latency_records_are_held_back_and_an_idle_window_releases_them) {
  open({.latency = 10ms});
  open_window();
  BOOST_TEST(!state->wakeups);
  BOOST_TEST(state->releases == 0U);
  start_read();
  BOOST_TEST(run_until(context, [&] { return state->releases == 1; }));
  BOOST_TEST(!ended);
}

BOOST_AUTO_TEST_CASE(closing_releases_what_is_held_back) {
  open({.latency = 1h});
  open_window();
  events->close();
  BOOST_TEST(state->releases == 1U);
}

BOOST_AUTO_TEST_CASE(a_corrupt_source_completes_with_ring_corrupt_and_the_others_can_be_read) {
  auto& stream = open();
  const sources::memory_ring other{4096};
  stream.add(other.source());
  state->failure = bpf::errc::ring_corrupt;
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(error == bpf::errc::ring_corrupt);
  other.emit(numbered_record(0));
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(!error);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_corrupt_source_is_reported_although_another_always_has_records) {
  auto& stream = open();
  const sources::memory_ring flooded{4096};
  stream.add(flooded.source());
  state->failure = bpf::errc::ring_corrupt;
  int reported = 0;
  for (int read = 0; read < 5; ++read) {
    flooded.emit(numbered_record(0));
    start_read();
    BOOST_TEST(wait_for_end());
    if (error == bpf::errc::ring_corrupt) ++reported;
  }
  BOOST_TEST(reported == 1);
}

BOOST_AUTO_TEST_CASE(records_before_the_corruption_are_delivered_first) {
  open();
  state->emit(0);
  state->failure = bpf::errc::ring_corrupt;
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(!error);
  for (int read = 0; read < 2; ++read) {  // and it stays so
    start_read();
    BOOST_TEST(wait_for_end());
    BOOST_TEST(error == bpf::errc::ring_corrupt);
  }
}

// A program that discards all its records must not make a waiting batch grow.
BOOST_AUTO_TEST_CASE(discarded_records_do_not_pile_up_in_the_batch) {
  const sources::memory_ring ring{64 * 1024};
  loop::stream stream{context.get_executor()};
  stream.add(ring.source());
  stream.async_read(batch, [&](error_code, std::size_t) { ended = true; });
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 500; ++i) ring.discard(ring.reserve(48));
    run_until(context, [&] { return stream.statistics().bytes == (round + 1) * 500U * 56; });
  }
  BOOST_TEST(batch.bytes() <= 2 * 64U * 1024);
  BOOST_TEST(!ended);
  ring.emit(numbered_record(0));
  BOOST_TEST(wait_for_end());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(other_work_of_the_loop_runs_between_two_reads) {
  const sources::memory_ring ring{64 * 1024};
  loop::stream stream{context.get_executor(), {.turn = {.records = 1}}};
  stream.add(ring.source());
  for (const auto number : numbers_from(0, 100)) ring.emit(numbered_record(number));
  int others = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    for (int read = 0; read < 100; ++read) {
      asio::post(context, [&] { ++others; });
      co_await stream.async_read(batch);
      if (others <= read) throw std::runtime_error{"the read went first"};
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
