// What every polled_stream promises, of both kinds; then what is special to one of them.
#include "check_source.hpp"
#include "fake_perf_source.hpp"
#include "fake_source.hpp"
#include "loop_printing.hpp"
#include "polled_streams.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/background_stream.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
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
  loop::polled_stream& open(const std::string& kind, loop::stream_options options = {}) {
    events = make_polled_stream(kind, options);
    events->add(ring.source());
    return *events;
  }
  // The loop that polled_stream.hpp shows.
  std::size_t read() {
    std::size_t records = 0;
    while ((records = events->try_read(batch)) == 0) {
      if (!events->arm()) continue;
      BOOST_REQUIRE(wait_until_readable(events->native_handle()));
      events->quiet();
    }
    return records;
  }
  // Reads until so many came.
  std::vector<std::uint64_t> read(std::size_t wanted) {
    std::vector<std::uint64_t> got;
    while (got.size() < wanted) {
      read();
      for (const auto number : numbers_in(batch)) got.push_back(number);
    }
    return got;
  }
  template <class Function>
  bpf::error error_of(Function&& function) {
    try {
      function();
    } catch (const bpf::error& thrown) {
      return thrown;
    }
    return {{}, "nothing was thrown"};
  }

  sources::memory_ring ring{64 * 1024};
  std::unique_ptr<loop::polled_stream> events;
  records::batch batch;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(polled_stream, fixture)

BOOST_DATA_TEST_CASE(records_are_read_in_order, polled_kinds, kind) {
  open(kind);
  for (const auto number : numbers_from(0, 300)) ring.emit(numbered_record(number, 48));
  BOOST_TEST(read(300) == numbers_from(0, 300), per_element());
  BOOST_TEST(events->try_read(batch) == 0U);
  BOOST_TEST(batch.empty());
  BOOST_TEST(events->verify().delivered == 300U);
  BOOST_TEST(events->verify().balances());
}

BOOST_DATA_TEST_CASE(once_armed_it_turns_readable_with_a_record, polled_kinds, kind) {
  open(kind);
  while (!events->arm()) BOOST_TEST(events->try_read(batch) == 0U);
  BOOST_TEST(!is_readable(events->native_handle()));
  ring.emit(numbered_record(0));
  BOOST_TEST(wait_until_readable(events->native_handle()));
}

BOOST_DATA_TEST_CASE(a_record_that_came_between_reading_and_arming_is_not_missed, polled_kinds, kind) {
  open(kind);
  events->try_read(batch);
  ring.emit(numbered_record(0));
  BOOST_TEST((!events->arm() || wait_until_readable(events->native_handle())));
  BOOST_TEST(read() == 1U);
}

BOOST_DATA_TEST_CASE(quieted_it_is_quiet_although_records_are_there, polled_kinds, kind) {
  open(kind);
  for (std::uint64_t number = 0; number < 3; ++number) {
    while (!events->arm()) events->try_read(batch);
    ring.emit(numbered_record(number));
    BOOST_TEST(wait_until_readable(events->native_handle()));
    events->quiet();
    BOOST_TEST(events->try_read(batch) == 1U);
    events->arm();
    BOOST_TEST(!is_readable(events->native_handle()));
  }
}

BOOST_DATA_TEST_CASE(the_safety_look_finds_what_nobody_was_told_of, polled_kinds, kind) {
  const auto state = std::make_shared<fake>();
  state->emit_silently(0);
  events = make_polled_stream(kind);
  const sources::memory_ring silent{4096};
  events->add(silent.source());
  BOOST_TEST(events->try_read(batch) == 0U);
  events->add(fake_source{state});
  BOOST_TEST(read() == 1U);
}

BOOST_DATA_TEST_CASE(with_latency_records_wait_for_the_window, polled_kinds, kind) {
  const sources::memory_ring large{64 * 1024 *
                                   1024};  // a smaller one fills too soon, at the rate of this loop
  events = make_polled_stream(kind, {.latency = 20ms});
  events->add(large.source());
  for (std::uint64_t number = 0; number < 3; ++number) {
    large.emit(numbered_record(number));
    BOOST_TEST(read() == 1U);
  }
  const auto began = steady::now();
  large.emit(numbered_record(3));
  BOOST_TEST(read() == 1U);
  BOOST_TEST((steady::now() - began >= 10ms));
}

BOOST_DATA_TEST_CASE(an_idle_stream_wakes_no_more_often_than_the_safety_look_says, polled_kinds, kind) {
  open(kind);
  const auto end = steady::now() + 250ms;
  int wakes = 0;
  while (steady::now() < end) {
    BOOST_TEST(events->try_read(batch) == 0U);
    if (!events->arm()) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady::now());
    ::pollfd watched{.fd = events->native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, std::max(static_cast<int>(left.count()), 0)) != 1) continue;
    events->quiet();
    ++wakes;
  }
  BOOST_TEST(wakes <= 4);
}

BOOST_DATA_TEST_CASE(a_producer_thread_is_read_to_the_last_record, polled_kinds, kind) {
  constexpr std::uint64_t count = 100'000;
  for (const auto latency : {0us, 100us}) {
    const sources::memory_ring filled{64 * 1024};
    events = make_polled_stream(kind, {.latency = latency});
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
    BOOST_TEST(events->verify().received == count);
    BOOST_TEST(events->verify().balances());
  }
}

BOOST_DATA_TEST_CASE(many_sources_are_told_apart, polled_kinds, kind) {
  events = make_polled_stream(kind);
  std::vector<sources::memory_ring> rings;
  for (std::uint32_t id = 0; id < 50; ++id) {
    rings.emplace_back(4096);
    BOOST_TEST(events->add(rings.back().source()) == id);
  }
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t id = 0; id < 50; id += 7) rings[id].emit(numbered_record(id));
    std::set<std::uint64_t> got;
    while (got.size() < 8) {
      read();
      for (const auto& record : batch) {
        BOOST_TEST(number_in(record.data) == record.source);
        got.insert(record.source);
      }
    }
  }
  BOOST_TEST(events->statistics(7).delivered == 3U);
  BOOST_TEST(events->statistics(8).delivered == 0U);
  BOOST_TEST(events->verify().balances());
}

BOOST_DATA_TEST_CASE(a_perf_like_source_is_read_to_the_last_record, polled_kinds, kind) {
  const auto state = std::make_shared<fake_perf>(4);
  for (std::size_t cpu = 0; cpu < 4; ++cpu) state->emit(cpu, cpu);
  state->lose(2, 3);
  events = make_polled_stream(kind);
  events->add(fake_perf_source{state});
  auto got = read(4);
  std::sort(got.begin(), got.end());
  BOOST_TEST(got == numbers_from(0, 4), per_element());
  while (events->statistics().bytes < state->bytes) events->try_read(batch);
  BOOST_TEST(events->verify().lost[records::cause::ring_full] == 3U);
  BOOST_TEST(events->verify().balances());
}

BOOST_DATA_TEST_CASE(an_idle_perf_like_source_is_waited_for_and_wakes, polled_kinds, kind) {
  const auto state = std::make_shared<fake_perf>(8);
  events = make_polled_stream(kind);
  events->add(fake_perf_source{state});
  for (std::uint64_t number = 0; number < 20; ++number) {
    for (int looks = 0; !events->arm(); ++looks) {
      BOOST_REQUIRE(looks < 10);
      BOOST_TEST(events->try_read(batch) == 0U);
    }
    BOOST_TEST(!is_readable(events->native_handle()));
    state->emit(number % 8, number);
    BOOST_TEST(wait_until_readable(events->native_handle()));
    events->quiet();
    BOOST_TEST(read() == 1U);
    BOOST_TEST(batch[0].cpu == static_cast<int>(number % 8));
  }
}

BOOST_DATA_TEST_CASE(sources_come_and_go_while_it_is_read, polled_kinds, kind) {
  open(kind);
  const sources::memory_ring second{4096};
  while (!events->arm()) events->try_read(batch);
  const auto id = events->add(second.source());
  second.emit(numbered_record(1));
  BOOST_TEST(read(1) == numbers_from(1, 1), per_element());
  events->remove(id);
  second.emit(numbered_record(2));
  ring.emit(numbered_record(3));
  BOOST_TEST(read(1) == numbers_from(3, 1), per_element());
  BOOST_TEST(events->statistics().delivered == 2U);
  BOOST_TEST(error_of([&] { events->remove(id); }).code() == bpf::errc::not_found);
  BOOST_TEST(error_of([&] { events->statistics(id); }).code() == bpf::errc::not_found);
}

BOOST_DATA_TEST_CASE(a_source_that_fails_is_told_once_by_its_name, polled_kinds, kind) {
  open(kind);
  const auto state = std::make_shared<fake>();
  state->failure = bpf::errc::ring_corrupt;
  events->add(fake_source{state}, {.name = "broken"});
  int told = 0;
  std::size_t got = 0;
  for (std::uint64_t number = 0; got < 5;) {
    ring.emit(numbered_record(number++));
    try {
      got += read();
    } catch (const bpf::error& thrown) {
      BOOST_TEST(thrown.code() == bpf::errc::ring_corrupt);
      BOOST_TEST(std::string{thrown.what()}.find("'broken'") != std::string::npos);
      ++told;
    }
  }
  BOOST_TEST(told == 1);
}

BOOST_DATA_TEST_CASE(when_nothing_is_left_to_read_it_says_so_again_and_again_until_a_source_is_added,
                     polled_kinds, kind) {
  const auto state = std::make_shared<fake>();
  state->emit(0);
  state->ended = true;
  events = make_polled_stream(kind);
  events->add(fake_source{state});
  BOOST_TEST(read() == 1U);
  for (int i = 0; i < 3; ++i) BOOST_TEST(error_of([&] { read(); }).code() == bpf::errc::ended);
  events->add(ring.source());
  ring.emit(numbered_record(7));
  BOOST_TEST(read(1) == numbers_from(7, 1), per_element());
}

BOOST_DATA_TEST_CASE(a_failure_that_nobody_was_told_of_is_told_although_a_source_was_added_since,
                     polled_kinds, kind) {
  const auto state = std::make_shared<fake>();
  state->failure = bpf::errc::ring_taken;
  events = make_polled_stream(kind);
  events->add(fake_source{state});
  if (events->arm()) wait_until_readable(events->native_handle());
  events->quiet();
  events->add(ring.source());
  ring.emit(numbered_record(7));
  int told = 0;
  std::size_t got = 0;
  while (got == 0 || told == 0) {
    try {
      got += read();
    } catch (const bpf::error& thrown) {
      BOOST_TEST(thrown.code() == bpf::errc::ring_taken);
      BOOST_REQUIRE(++told == 1);
    }
  }
}

BOOST_DATA_TEST_CASE(without_a_source_there_is_nothing_to_read, polled_kinds, kind) {
  events = make_polled_stream(kind);
  BOOST_TEST(error_of([&] { events->try_read(batch); }).code() == bpf::errc::not_found);
  events->remove(events->add(ring.source()));
  BOOST_TEST(error_of([&] { events->try_read(batch); }).code() == bpf::errc::not_found);
}

BOOST_DATA_TEST_CASE(acknowledgements_reach_their_source, polled_kinds, kind) {
  const auto state = std::make_shared<fake>();
  events = make_polled_stream(kind);
  const auto id = events->add(fake_source{state});
  events->acknowledge(id, 4711);
  events->statistics();  // after a turn that runs
  BOOST_TEST(state->acknowledged == 4711U);
  BOOST_TEST(error_of([&] { events->acknowledge(id + 1, 1); }).code() == bpf::errc::not_found);
}

BOOST_DATA_TEST_CASE(closed_after_it_told_of_a_record_it_is_quiet, polled_kinds, kind) {
  open(kind);
  while (!events->arm()) events->try_read(batch);
  ring.emit(numbered_record(0));
  BOOST_REQUIRE(wait_until_readable(events->native_handle()));
  events->close();
  BOOST_TEST(!is_readable(events->native_handle()));
}

BOOST_DATA_TEST_CASE(closed_it_is_quiet_and_says_so_and_keeps_its_ledger, polled_kinds, kind) {
  open(kind);
  while (!events->arm()) events->try_read(batch);
  ring.emit(numbered_record(0));
  events->close();
  events->close();
  events->quiet();
  BOOST_TEST(!events->is_open());
  BOOST_TEST(!is_readable(events->native_handle()));
  BOOST_TEST(!events->arm());
  BOOST_TEST(error_of([&] { events->try_read(batch); }).code() == bpf::errc::closed);
  BOOST_TEST(error_of([&] { events->add(sources::memory_ring{4096}.source()); }).code() == bpf::errc::closed);
  BOOST_TEST(error_of([&] { events->remove(0); }).code() == bpf::errc::closed);
  for (const auto& now : {events->statistics(), events->statistics(0)}) {
    BOOST_TEST(now.seen == 1U);
    BOOST_TEST(now.unread + now.lost[records::cause::dropped_at_close] == 1U);
    BOOST_TEST(now.delivered == 0U);
    BOOST_TEST(now.balances());
  }
}

BOOST_DATA_TEST_CASE(its_end_releases_what_is_held_back, polled_kinds, kind) {
  const auto state = std::make_shared<fake>();
  events = make_polled_stream(kind, {.latency = 1h});
  events->add(fake_source{state});
  for (std::uint64_t number = 0; number < 3; ++number) {
    state->emit(number);
    BOOST_TEST(read() == 1U);
  }
  events.reset();
  BOOST_TEST(state->releases == 1U);
}

// Special to one kind.

BOOST_AUTO_TEST_CASE(an_embedded_stream_does_not_arm_before_the_first_read_and_while_more_is_there) {
  open("embedded", {.turn = {.records = 1}});
  BOOST_TEST(!events->arm());
  ring.emit(numbered_record(0));
  ring.emit(numbered_record(1));
  events->try_read(batch);
  BOOST_TEST(!events->arm());
}

BOOST_AUTO_TEST_CASE(a_moved_embedded_stream_goes_on) {
  loop::embedded_stream first;
  first.add(ring.source());
  first.try_read(batch);
  first.arm();
  loop::embedded_stream moved{std::move(first)};
  ring.emit(numbered_record(0));
  BOOST_TEST(is_readable(moved.native_handle()));
  BOOST_TEST(moved.try_read(batch) == 1U);
}

BOOST_AUTO_TEST_CASE(a_background_stream_queues_up_to_its_limit_and_leaves_the_rest_in_the_ring) {
  const sources::memory_ring large{1 << 20};
  const auto source = large.source();
  events = std::make_unique<loop::background_stream>(loop::background_options{.queue_bytes = 10'000});
  events->add(large.source());
  for (const auto number : numbers_from(0, 10'000)) large.emit(numbered_record(number, 48));
  while (events->statistics().queued * 56 < 10'000) std::this_thread::yield();
  const auto full = events->verify();
  BOOST_TEST(full.queued < 10'000U);
  BOOST_TEST(full.unread > 0U);
  BOOST_TEST(full.balances());
  BOOST_TEST(read(10'000) == numbers_from(0, 10'000), per_element());
  BOOST_TEST(events->verify().balances());
}

BOOST_AUTO_TEST_CASE(a_background_stream_s_batches_own_their_bytes) {
  open("background");
  for (const auto number : numbers_from(0, 1000)) ring.emit(numbered_record(number, 48));
  read(1000);
  // The last batch is kept, and the ring has all of its room.
  std::uint64_t room = 0;
  while (ring.emit(numbered_record(room, 48))) ++room;
  BOOST_TEST(room >= (64U * 1024 - 1) / 56);
}

BOOST_AUTO_TEST_CASE(what_a_background_stream_had_queued_when_it_was_closed_is_counted) {
  open("background");
  for (const auto number : numbers_from(0, 10)) ring.emit(numbered_record(number, 48));
  while (events->statistics().queued < 10) std::this_thread::yield();
  events->close();
  for (const auto& now : {events->statistics(), events->statistics(0), events->verify()}) {
    BOOST_TEST(now.lost[records::cause::dropped_at_close] == 10U);
    BOOST_TEST(now.queued == 0U);
    BOOST_TEST(now.balances());
  }
}

BOOST_AUTO_TEST_CASE(background_streams_share_one_thread_unless_told_otherwise) {
  const auto threads = [] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator{"/proc/self/task"}) ++count;
    return count;
  };
  const auto before = threads();
  {
    std::vector<sources::memory_ring> rings;
    std::vector<std::unique_ptr<loop::background_stream>> streams;
    for (int i = 0; i < 20; ++i) {
      rings.emplace_back(4096);
      streams.push_back(std::make_unique<loop::background_stream>());
      streams.back()->add(rings.back().source());
    }
    BOOST_TEST(threads() == before + 1);
    const loop::background_stream other{{.thread = loop::io_thread::make()}};
    BOOST_TEST(threads() == before + 2);
    for (std::size_t i = 0; i < 20; ++i) rings[i].emit(numbered_record(i));
    for (std::size_t i = 0; i < 20; ++i) {
      records::batch got;
      while (streams[i]->try_read(got) == 0) {
        if (streams[i]->arm()) wait_until_readable(streams[i]->native_handle());
      }
      BOOST_TEST(numbers_in(got) == numbers_from(i, 1), per_element());
    }
  }
  BOOST_TEST(threads() == before);
}

BOOST_AUTO_TEST_CASE(a_flooded_background_stream_does_not_starve_another) {
  const sources::memory_ring flooded{1 << 16};
  auto busy = make_polled_stream("background");
  busy->add(flooded.source());
  std::atomic<bool> stop{false};
  std::thread producer{[&] {
    while (!stop) flooded.emit(numbered_record(0, 48));
  }};
  std::thread reader{[&] {
    records::batch taken;
    while (!stop) busy->try_read(taken);
  }};
  open("background");
  for (std::uint64_t number = 0; number < 200; ++number) {
    ring.emit(numbered_record(number));
    BOOST_REQUIRE(read() == 1U);
  }
  stop = true;
  producer.join();
  reader.join();
  BOOST_TEST(busy->verify().balances());
}

BOOST_AUTO_TEST_SUITE_END()
