#include "check_source.hpp"
#include "fake_source.hpp"
#include "loop_printing.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/loop/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <thread>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using steady = std::chrono::steady_clock;

namespace {

constexpr int watchdog_ms = 30'000;

bool wait_until_readable(int fd) {
  ::pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, watchdog_ms) == 1;
}

struct fixture {
  loop::embedded_stream& open(loop::stream_options options = {}) {
    events.emplace(options);
    events->add(ring.source());
    return *events;
  }
  // The loop that embedded_stream.hpp shows.
  std::size_t read() {
    std::size_t records = 0;
    while ((records = events->try_read(batch)) == 0) {
      if (!events->arm()) continue;
      BOOST_REQUIRE(wait_until_readable(events->native_handle()));
      events->disarm();
    }
    return records;
  }

  loop::memory_ring ring{64 * 1024};
  std::optional<loop::embedded_stream> events;
  loop::batch batch;
};

bool is_closed(const bpf::error& thrown) {
  return thrown.code() == bpf::errc::closed;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(embedded_stream, fixture)

BOOST_AUTO_TEST_CASE(what_is_there_is_read_without_waiting) {
  open();
  BOOST_TEST(events->try_read(batch) == 0U);
  ring.emit(numbered_record(0));
  BOOST_TEST(events->try_read(batch) == 1U);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
  BOOST_TEST(events->try_read(batch) == 0U);
  BOOST_TEST(batch.empty());
}

BOOST_AUTO_TEST_CASE(once_armed_it_turns_readable_with_a_record) {
  open();
  events->try_read(batch);
  BOOST_TEST(events->arm());
  BOOST_TEST(!is_readable(events->native_handle()));
  ring.emit(numbered_record(0));
  BOOST_TEST(is_readable(events->native_handle()));
}

BOOST_AUTO_TEST_CASE(a_record_that_came_between_reading_and_arming_is_not_missed) {
  open();
  events->try_read(batch);
  ring.emit(numbered_record(0));
  BOOST_TEST((!events->arm() || is_readable(events->native_handle())));
}

BOOST_AUTO_TEST_CASE(disarmed_it_is_quiet_whatever_comes) {
  open();
  events->try_read(batch);
  events->arm();
  events->disarm();
  events->disarm();
  ring.emit(numbered_record(0));
  BOOST_TEST(!is_readable(events->native_handle()));
  BOOST_TEST(events->arm());
  BOOST_TEST(is_readable(events->native_handle()));
}

BOOST_AUTO_TEST_CASE(before_the_first_read_and_while_more_is_there_it_does_not_arm) {
  open({.turn = {.records = 1}});
  BOOST_TEST(!events->arm());
  ring.emit(numbered_record(0));
  ring.emit(numbered_record(1));
  events->try_read(batch);
  BOOST_TEST(!events->arm());
}

BOOST_AUTO_TEST_CASE(the_timer_makes_it_readable_when_nobody_was_told_of_a_record) {
  const auto state = std::make_shared<fake>();
  events.emplace();
  events->add(fake_source{state});
  events->try_read(batch);
  state->emit_silently(0);
  BOOST_TEST(read() == 1U);
}

BOOST_AUTO_TEST_CASE(with_latency_the_timer_ends_the_window) {
  open({.latency = 20ms});
  ring.emit(numbered_record(0));
  BOOST_TEST(read() == 1U);
  const auto began = steady::now();
  ring.emit(numbered_record(1));
  BOOST_TEST(events->try_read(batch) == 0U);  // the window is open
  BOOST_TEST(read() == 1U);
  BOOST_TEST((steady::now() - began >= 10ms));
}

BOOST_AUTO_TEST_CASE(an_idle_stream_wakes_no_more_often_than_the_safety_look_says) {
  open();
  const auto end = steady::now() + 250ms;
  int wakes = 0;
  while (steady::now() < end) {
    BOOST_TEST(events->try_read(batch) == 0U);
    BOOST_REQUIRE(events->arm());
    wait_until_readable(events->native_handle());
    events->disarm();
    ++wakes;
  }
  BOOST_TEST(wakes <= 4);
}

BOOST_AUTO_TEST_CASE(a_producer_thread_is_read_to_the_last_record) {
  constexpr std::uint64_t count = 100'000;
  for (const auto latency : {0us, 100us}) {
    const loop::memory_ring filled{64 * 1024};
    events.emplace(loop::stream_options{.latency = latency});
    events->add(filled.source());
    std::thread producer{[&] {
      for (std::uint64_t number = 0; number < count;) {
        if (filled.emit(numbered_record(number))) ++number;
      }
    }};
    std::uint64_t next = 0;
    bool in_order = true;
    while (next < count) {
      read();
      for (const auto& record : batch) in_order = in_order && number_in(record.data) == next++;
    }
    producer.join();
    BOOST_TEST(in_order);
    BOOST_TEST(events->statistics().balances());
  }
}

BOOST_AUTO_TEST_CASE(a_corrupt_source_is_reported_once_although_another_always_has_records) {
  open();
  const auto state = std::make_shared<fake>();
  state->corrupt = true;
  events->add(fake_source{state});
  int reported = 0;
  for (int turn = 0; turn < 5; ++turn) {
    ring.emit(numbered_record(0));
    try {
      events->try_read(batch);
    } catch (const bpf::error& thrown) {
      BOOST_TEST(thrown.code() == bpf::errc::ring_corrupt);
      ++reported;
    }
  }
  BOOST_TEST(reported == 1);
}

BOOST_AUTO_TEST_CASE(without_a_source_there_is_nothing_to_read) {
  events.emplace();
  BOOST_CHECK_EXCEPTION(events->try_read(batch), bpf::error,
                        [](const auto& thrown) { return thrown.code() == bpf::errc::not_found; });
}

BOOST_AUTO_TEST_CASE(closed_it_is_quiet_and_says_so_and_keeps_its_ledger) {
  open();
  events->try_read(batch);
  events->arm();
  ring.emit(numbered_record(0));
  events->close();
  events->close();
  BOOST_TEST(!events->is_open());
  BOOST_TEST(!is_readable(events->native_handle()));
  BOOST_TEST(!events->arm());
  BOOST_CHECK_EXCEPTION(events->try_read(batch), bpf::error, is_closed);
  BOOST_CHECK_EXCEPTION(events->add(loop::memory_ring{4096}.source()), bpf::error, is_closed);
  BOOST_TEST(events->statistics().unread == 1U);
  BOOST_TEST(events->statistics().balances());
}

BOOST_AUTO_TEST_CASE(its_end_releases_what_is_held_back) {
  const auto state = std::make_shared<fake>();
  events.emplace(loop::stream_options{.latency = 1h});
  events->add(fake_source{state});
  state->emit(0);
  BOOST_TEST(events->try_read(batch) == 1U);
  events.reset();
  BOOST_TEST(state->releases == 1U);
}

BOOST_AUTO_TEST_CASE(a_moved_stream_goes_on) {
  open();
  events->try_read(batch);
  events->arm();
  loop::embedded_stream moved{std::move(*events)};
  ring.emit(numbered_record(0));
  BOOST_TEST(is_readable(moved.native_handle()));
  events.reset();
  BOOST_TEST(moved.try_read(batch) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
