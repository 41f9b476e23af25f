#include "../rings/perf_maker.hpp"
#include "draining.hpp"
#include "loop_printing.hpp"
#include "numbers.hpp"

#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/rings/perf_reader.hpp>
#include <aiobpf/sources/perf_drain.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <vector>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace rings = aiobpf::rings;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::test_tools::per_element;
using stop = loop::drain_stop;

namespace {

struct fixture {
  explicit fixture(const std::vector<std::uint32_t>& lengths = {}) : drain(3, lengths) {}

  loop::drain_result take(const loop::drain_request& request = {}) {
    records::batch_writer writer{batch, 7};
    return drain.drain(reader, request, writer);
  }
  loop::drain_result visit(const std::function<void(const records::record&)>& call,
                           const loop::drain_request& request = {}) {
    calling_visitor visitor{call};
    return drain.visit(reader, request, 7, visitor);
  }

  perf_maker made;
  rings::perf_reader reader{made.memory()};
  sources::perf_drain drain;
  records::batch batch;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(perf_drain)

BOOST_FIXTURE_TEST_CASE(payloads_in_a_batch_are_aligned_to_8_whatever_their_lengths, fixture) {
  for (std::uint64_t number = 0; number < 30; ++number) made.put(number, 8 + number % 4 * 8);
  BOOST_TEST(take().records == 30U);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 30), per_element());
  for (const auto& record : batch) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 8 == 0U);
    BOOST_TEST(record.cpu == 3);
    BOOST_TEST(record.source == 7U);
  }
}

BOOST_FIXTURE_TEST_CASE(a_visitor_sees_them_where_they_are, fixture) {
  for (std::uint64_t number = 0; number < 30; ++number) made.put(number, 8 + number % 4 * 8);
  std::vector<std::uint64_t> seen;
  const auto result = visit([&](const records::record& record) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 8 == 4U);
    seen.push_back(number_in(record.data));
  });
  BOOST_TEST(result.stop == stop::empty);
  BOOST_TEST(seen == numbers_from(0, 30), per_element());
  BOOST_TEST(made.memory().tail() == made.head());
}

// Many laps: records lie across the end of the memory in every way.
BOOST_FIXTURE_TEST_CASE(laps_of_the_buffer_lose_and_repeat_nothing, fixture) {
  std::uint64_t next = 0;
  std::uint64_t position = 0;
  for (int lap = 0; lap < 200; ++lap) {
    const std::uint64_t first = next;
    for (; made.head() - made.memory().tail() < 3500; ++next) made.put(next, 12 + next % 23 * 8);
    std::vector<std::uint64_t> seen;
    batch.clear();
    if (lap % 2 == 0) {
      take();
      seen = numbers_in(batch);
    } else {
      visit([&](const records::record& record) { seen.push_back(number_in(record.data)); });
    }
    BOOST_TEST(seen == numbers_from(first, next - first), per_element());
    for (const auto& record : batch) {
      BOOST_TEST(record.position >= position);
      position = record.position;
    }
  }
  BOOST_TEST(drain.received() == next);
  BOOST_TEST(drain.bytes() == made.head());
}

BOOST_AUTO_TEST_CASE(lengths_that_the_kernel_padded_are_cut_to_what_was_emitted) {
  fixture with{{48, 100, 90, 92}};
  with.made.put(0, 48);
  with.made.put(1, 48);
  with.made.put(2, 100);
  with.made.put(3, 90);  // or 92: the kernel pads both to the same
  with.made.put(4, 17);
  BOOST_TEST(with.take().records == 5U);
  std::vector<std::size_t> lengths;
  for (const auto& record : with.batch) lengths.push_back(record.data.size());
  BOOST_TEST(lengths == (std::vector<std::size_t>{48, 48, 100, 92, 20}), per_element());
}

BOOST_FIXTURE_TEST_CASE(what_records_say_was_lost_is_counted_and_given_to_nobody, fixture) {
  made.put_lost(5);
  BOOST_TEST(take().records == 0U);
  made.put(0);
  made.put_lost(6);
  made.put(1);
  const auto result = take();
  BOOST_TEST(result.records == 2U);
  BOOST_TEST(result.stop == stop::empty);
  BOOST_TEST(drain.told_lost() == 11U);
  BOOST_TEST(drain.bytes() == made.head());
}

BOOST_FIXTURE_TEST_CASE(a_visitor_that_throws_has_had_its_record_and_those_before_it, fixture) {
  for (std::uint64_t number = 0; number < 10; ++number) made.put(number);
  std::vector<std::uint64_t> seen;
  const auto throwing = [&](const records::record& record) {
    seen.push_back(number_in(record.data));
    if (seen.size() == 4) throw std::runtime_error{"no"};
  };
  BOOST_CHECK_THROW(visit(throwing), std::runtime_error);
  BOOST_TEST(drain.received() == 4U);
  BOOST_TEST(made.memory().tail() == 4U * 64);
  visit(throwing);
  BOOST_TEST(seen == numbers_from(0, 10), per_element());
}

BOOST_FIXTURE_TEST_CASE(what_is_damaged_fails_after_what_is_not, fixture) {
  made.put(0);
  made.put_record(rings::perf_header::sample, std::vector<std::byte>(8));
  auto result = take();
  BOOST_TEST(result.records == 1U);
  if (result.stop != stop::failed) result = take();
  BOOST_TEST(result.stop == stop::failed);
  BOOST_TEST((result.error == bpf::errc::ring_corrupt));
}

BOOST_FIXTURE_TEST_CASE(positions_go_on_when_another_buffer_takes_the_place, fixture) {
  made.put(0);
  made.put(1);
  take();
  drain.begin_again(reader);
  perf_maker next;
  next.put(2);
  rings::perf_reader other{next.memory()};
  records::batch_writer writer{batch, 7};
  drain.drain(other, {}, writer);
  BOOST_TEST(batch[2].position == 128U);
}

BOOST_AUTO_TEST_SUITE_END()
