#include "check_source.hpp"
#include "kernel.hpp"
#include "loop_printing.hpp"
#include "perf_samples.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/sources/perf_source.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
namespace tests = aiobpf::tests;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

bpf::object load_perf() {
  return bpf::object_file{bpf_object_path("perf")}.load();
}

struct fixture {
  // Each channel drained once; nothing else.
  std::size_t drain(sources::perf_source& source, const loop::drain_request& request = {}) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < source.channels(); ++i)
      found += tests::drain(source.get_channel(i), batch, request).records;
    return found;
  }

  bpf::object object = load_perf();
  records::batch batch;
  std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(perf_source, fixture, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_perf_buffer_keeps_the_promises_of_a_source) {
  check_source([] {
    const auto made = std::make_shared<bpf::object>(load_perf());
    return source_under_test{
        std::make_unique<sources::perf_source>(*made, "samples", sources::perf_options{.record_bytes = {48}}),
        [made](std::uint64_t first, std::uint32_t count) {
          emit_samples(*made, {.first_sequence = first, .count = count});
        },
        64};
  });
}

BOOST_AUTO_TEST_CASE(a_page_and_100000_records_are_accounted_exactly) {
  constexpr std::uint64_t all = 100'000;
  sources::perf_source source{object, "samples", {.bytes = page}};
  std::uint64_t refused = 0;
  std::uint64_t expected = 0;  // the numbers that come go up, with gaps where records were lost
  for (std::uint64_t next = 0; next < all;) {
    const std::uint64_t burst = std::min(all - next, 1 + next % 300);  // a page holds 63
    refused += emit_samples(object, {.first_sequence = next, .count = burst}, static_cast<int>(next % 2));
    next += burst;
    batch.clear();
    drain(source);
    for (const auto& record : batch) {
      const std::uint64_t number = number_in(record.data);
      BOOST_REQUIRE(number >= expected);
      expected = number + 1;
    }
  }
  const auto now = account(source);
  BOOST_TEST(refused > 0U);
  BOOST_TEST(now.counted);
  BOOST_TEST(now.seen == all);
  BOOST_TEST(now.lost[records::cause::ring_full] == refused);
  BOOST_TEST(now.received == all - refused);
  BOOST_TEST(now.unread == 0U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(what_is_unread_is_counted_by_looking_at_it) {
  sources::perf_source source{object, "samples", {.bytes = page}};
  const auto refused = emit_samples(object, {.count = 1000});
  const auto now = account(source);
  BOOST_TEST(now.seen == 1000U);
  BOOST_TEST(now.unread == 1000U - refused);
  BOOST_TEST(now.received == 0U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(records_say_which_cpu_they_came_from) {
  sources::perf_source source{object, "samples"};
  emit_samples(object, {.first_sequence = 0, .count = 10}, 0);
  emit_samples(object, {.first_sequence = 10, .count = 10}, 1);
  BOOST_TEST(drain(source) == 20U);
  for (const auto& record : batch) {
    struct {
      std::uint64_t sequence;
      std::uint64_t check;
      std::uint32_t cpu;
    } made;
    std::memcpy(&made, record.data.data(), sizeof(made));
    BOOST_TEST(record.cpu == static_cast<int>(made.cpu));
    BOOST_TEST(made.check == ~made.sequence);
  }
}

BOOST_AUTO_TEST_CASE(records_of_all_lengths_come_whole) {
  sources::perf_source source{object, "samples", {.bytes = page}};
  std::uint64_t next = 0;
  for (int round = 0; round < 500; ++round) {
    BOOST_REQUIRE(emit_samples(object, {.first_sequence = next, .count = 6, .size = 1}) == 0U);
    batch.clear();
    BOOST_REQUIRE(drain(source) == 6U);
    for (const auto& record : batch) {
      std::uint64_t words[2];
      std::memcpy(words, record.data.data(), sizeof(words));
      BOOST_REQUIRE(words[0] == next);
      BOOST_REQUIRE(words[1] == ~next);
      const std::size_t emitted = 16 + (next & 511);
      BOOST_REQUIRE(record.data.size() == ((emitted + 4 + 7) & ~7ULL) - 4);
      ++next;
    }
  }
}

// The rule of the wakeups: whoever looks by a timer is told when half of a buffer was written, and no
// earlier.
BOOST_AUTO_TEST_CASE(programs_wake_nobody_who_looks_by_a_timer_until_the_buffer_is_half_full) {
  sources::perf_source source{object, "samples", {.bytes = page}};
  loop::channel& channel = source.get_channel(0);
  const auto readable = [&] { return is_readable(channel.native_handle()); };
  emit_samples(object, {.count = 1});
  BOOST_TEST(readable());
  tests::drain(channel, batch, {.wakeups = false});
  emit_samples(object, {.count = 10});
  BOOST_TEST(!readable());
  emit_samples(object, {.count = 30});
  BOOST_TEST(readable());
  tests::drain(channel, batch, {.wakeups = false});
  emit_samples(object, {.count = 1});
  BOOST_TEST(!readable());
  channel.release();
  BOOST_TEST(channel.has_records());
  BOOST_TEST(tests::drain(channel, batch).records == 1U);
  emit_samples(object, {.count = 1});
  BOOST_TEST(readable());
}

BOOST_AUTO_TEST_CASE(perf_buffers_and_rings_are_read_in_one_stream) {
  loop::embedded_stream events;
  const auto samples = events.add(sources::perf_source{object, "samples"});
  const auto ring = events.add(sources::ring_source{object, "ring"});
  std::uint64_t by_source[2] = {};
  std::uint64_t next = 0;
  for (int round = 0; round < 100; ++round) {
    for (const int cpu : {0, 1}) {
      emit_samples(object, {.first_sequence = next, .count = 10}, cpu);
      next += 10;
    }
    sample_args args{.first_sequence = next};
    object.program("emit_into_ring").run(std::as_writable_bytes(std::span{&args, 1}));
    while (by_source[samples] < next || by_source[ring] <= static_cast<unsigned>(round)) {
      if (events.try_read(batch) > 0) {
        for (const auto& record : batch) ++by_source[record.source];
      } else if (events.arm()) {
        ::pollfd watched{.fd = events.native_handle(), .events = POLLIN, .revents = 0};
        BOOST_TEST_REQUIRE(::poll(&watched, 1, 10'000) == 1);
        events.quiet();
      }
    }
  }
  const auto now = events.verify();
  BOOST_TEST(now.delivered == 100U * 21);
  BOOST_TEST(now.balances());
  BOOST_TEST(now.counted);
}

BOOST_AUTO_TEST_CASE(when_the_source_ends_programs_are_refused) {
  BOOST_TEST(emit_samples(object, {.count = 3}) == 3U);
  {
    const sources::perf_source source{object, "samples"};
    BOOST_TEST(emit_samples(object, {.count = 3}) == 0U);
  }
  BOOST_TEST(emit_samples(object, {.count = 3}) == 3U);
}

BOOST_AUTO_TEST_CASE(a_map_that_is_no_perf_event_array_is_refused) {
  BOOST_CHECK_EXCEPTION(sources::perf_source(object, "ring"), bpf::error,
                        [](const auto& thrown) { return thrown.code() == bpf::errc::wrong_type; });
}

BOOST_AUTO_TEST_CASE(the_source_outlives_its_object) {
  sources::perf_source source{object, "samples"};
  emit_samples(object, {.count = 5});
  { const auto gone = std::move(object); }
  drain(source);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 5), per_element());
  BOOST_TEST(account(source).balances());
}

BOOST_AUTO_TEST_SUITE_END()
