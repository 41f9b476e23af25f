#include "bpf_printing.hpp"
#include "perf_maker.hpp"

#include <aiobpf/rings/perf_reader.hpp>

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <vector>

namespace rings = aiobpf::rings;
using aiobpf::tests::perf_maker;
using boost::test_tools::per_element;
using rings::ring_stop;

namespace {

std::uint64_t number_at(const std::byte* payload) {
  std::uint64_t number;
  std::memcpy(&number, payload, sizeof(number));
  return number;
}

// The numbers of a walk's samples.
std::vector<std::uint64_t> numbers(rings::perf_reader& reader, const rings::perf_walk& walk) {
  std::vector<std::uint64_t> all;
  if (walk.records == 0) return all;
  if (walk.wraps) return {number_at(reader.payloads(walk))};
  reader.for_each(walk, [&](const std::byte* data, std::uint32_t) { all.push_back(number_at(data)); });
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(perf_reader)

BOOST_AUTO_TEST_CASE(an_empty_buffer_gives_nothing) {
  perf_maker made;
  rings::perf_reader reader{made.memory()};
  const auto walk = reader.peek({});
  BOOST_TEST(walk.records == 0U);
  BOOST_TEST((walk.stop == ring_stop::empty));
  BOOST_TEST(reader.look_ahead() == 0U);
}

BOOST_AUTO_TEST_CASE(samples_of_one_length_are_uniform) {
  perf_maker made;
  for (std::uint64_t number = 0; number < 10; ++number) made.put(number);
  rings::perf_reader reader{made.memory()};
  const auto walk = reader.peek({});
  BOOST_TEST(walk.records == 10U);
  BOOST_TEST(walk.uniform);
  BOOST_TEST(walk.length == 52U);
  BOOST_TEST(walk.end == made.head());
  BOOST_TEST(numbers(reader, walk) == (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
             per_element());
}

BOOST_AUTO_TEST_CASE(payloads_are_padded_as_the_kernel_pads_them) {
  perf_maker made;
  for (const std::uint32_t bytes : {1U, 4U, 5U, 12U, 48U, 60U}) made.put(0, bytes);
  rings::perf_reader reader{made.memory()};
  const auto walk = reader.peek({});
  BOOST_TEST(!walk.uniform);
  std::vector<std::uint32_t> lengths;
  reader.for_each(walk, [&](const std::byte*, std::uint32_t length) { lengths.push_back(length); });
  BOOST_TEST(lengths == (std::vector<std::uint32_t>{4, 4, 12, 12, 52, 60}), per_element());
}

BOOST_AUTO_TEST_CASE(limits_of_records_and_bytes_are_kept_and_one_is_taken_at_least) {
  perf_maker made;
  for (std::uint64_t number = 0; number < 10; ++number) made.put(number);  // of 64 bytes
  rings::perf_reader reader{made.memory()};
  BOOST_TEST(reader.peek({.records = 3}).records == 3U);
  BOOST_TEST((reader.peek({.records = 3}).stop == ring_stop::limit));
  BOOST_TEST((reader.peek({.records = 10}).stop == ring_stop::empty));
  BOOST_TEST(reader.peek({.bytes = 3 * 64}).records == 3U);
  BOOST_TEST(reader.peek({.bytes = 3 * 64 - 1}).records == 2U);
  for (const std::size_t bytes : {0U, 1U, 63U}) BOOST_TEST(reader.peek({.bytes = bytes}).records == 1U);
  BOOST_TEST(reader.peek({.records = 0}).records == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_lost_is_passed_over_and_counted) {
  perf_maker made;
  made.put_lost(7);
  made.put(0);
  made.put_lost_samples(5);
  made.put_record(4711, std::vector<std::byte>(40));  // of a kind that we do not know
  made.put(1);
  rings::perf_reader reader{made.memory()};
  auto walk = reader.peek({});
  BOOST_TEST(walk.lost == 7U);
  BOOST_TEST(walk.uniform);
  BOOST_TEST(numbers(reader, walk) == std::vector<std::uint64_t>{0}, per_element());
  BOOST_TEST((walk.stop == ring_stop::limit));
  reader.advance(walk.end);
  walk = reader.peek({});
  BOOST_TEST(walk.lost == 5U);
  BOOST_TEST(numbers(reader, walk) == std::vector<std::uint64_t>{1}, per_element());
  BOOST_TEST(walk.end == made.head());
}

// At each distance from the end of the memory, and with positions far beyond 32 bits.
BOOST_AUTO_TEST_CASE(records_that_lie_across_the_end_are_read_in_one_piece) {
  for (std::uint64_t before = 8; before <= 512; before += 8) {
    BOOST_TEST_CONTEXT(before << " bytes before the end") {
      perf_maker made{4096, (1ULL << 40) + 4096 - before};
      made.put(1, 60);
      made.put(2, 124);
      made.put_lost(3);
      made.put(4, 60);
      rings::perf_reader reader{made.memory()};
      BOOST_TEST(reader.look_ahead() == 3U);
      std::vector<std::uint64_t> found;
      std::uint64_t lost = 0;
      rings::perf_walk walk{.stop = ring_stop::limit};
      for (int i = 0; walk.stop == ring_stop::limit && i < 10; ++i) {
        walk = reader.peek({});
        for (const auto number : numbers(reader, walk)) found.push_back(number);
        lost += walk.lost;
        reader.advance(walk.end);
      }
      BOOST_TEST((walk.stop == ring_stop::empty));
      BOOST_TEST(found == (std::vector<std::uint64_t>{1, 2, 4}), per_element());
      BOOST_TEST(lost == 3U);
      BOOST_TEST(reader.next() == made.head());
    }
  }
}

BOOST_AUTO_TEST_CASE(release_tells_the_producer_once_for_all) {
  perf_maker made;
  for (std::uint64_t number = 0; number < 10; ++number) made.put(number);
  rings::perf_reader reader{made.memory()};
  reader.advance(reader.peek({.records = 4}).end);
  BOOST_TEST(made.memory().tail() == 0U);
  reader.release();
  BOOST_TEST(made.memory().tail() == 4U * 64);
  BOOST_TEST(rings::perf_reader{made.memory()}.look_ahead() == 6U);
}

BOOST_AUTO_TEST_CASE(headers_that_no_kernel_writes_are_corrupt) {
  const auto stop_of = [](std::uint32_t type, std::uint16_t size) {
    perf_maker made;
    made.put(0);
    made.put(1);
    std::uint64_t header = rings::perf_header::make(type, size);
    std::memcpy(made.memory().writable_data(), &header, sizeof(header));
    return rings::perf_reader{made.memory()}.peek({}).stop;
  };
  for (const std::uint16_t size : {0, 7, 9, 136, 65528}) {
    BOOST_TEST((stop_of(rings::perf_header::sample, size) == ring_stop::corrupt));
    BOOST_TEST((stop_of(rings::perf_header::lost, size) == ring_stop::corrupt));
  }
  BOOST_TEST((stop_of(rings::perf_header::sample, 8) == ring_stop::corrupt));
  perf_maker made;
  *made.memory().writable_head() = 4104;
  BOOST_TEST((rings::perf_reader{made.memory()}.peek({}).stop == ring_stop::corrupt));
  *made.memory().writable_head() = 12;
  BOOST_TEST((rings::perf_reader{made.memory()}.peek({}).stop == ring_stop::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()
