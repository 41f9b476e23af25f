#include "bpf_printing.hpp"
#include "ring_maker.hpp"

#include <aiobpf/rings/ring_reader.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <vector>

namespace rings = aiobpf::rings;
using aiobpf::tests::ring_maker;
using rings::ring_release;
using rings::ring_stop;

namespace {

using fills = std::vector<int>;

// Drains into the first bytes of the records.
fills drain(rings::ring_reader& reader, rings::ring_limits limits = {},
            ring_release how = ring_release::all) {
  fills seen;
  reader.drain(
      limits, [&](std::span<const std::byte> record) { seen.push_back(std::to_integer<int>(record[0])); },
      how);
  return seen;
}

void put_some(ring_maker& ring, std::uint8_t first, std::uint8_t count, std::uint32_t length = 16) {
  for (std::uint8_t i = 0; i < count; ++i) ring.put(length, static_cast<std::uint8_t>(first + i));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_reader)

BOOST_AUTO_TEST_CASE(a_drain_visits_in_order_and_releases) {
  ring_maker ring;
  put_some(ring, 1, 3);
  rings::ring_reader reader{ring.memory()};

  BOOST_TEST(drain(reader) == (fills{1, 2, 3}), boost::test_tools::per_element());

  BOOST_TEST(ring.memory().consumed() == ring.producer());
  BOOST_TEST(reader.next() == ring.producer());
  BOOST_TEST(reader.available() == 0U);
  BOOST_TEST(!reader.is_holding());
}

BOOST_AUTO_TEST_CASE(a_drain_of_nothing_releases_nothing) {
  ring_maker ring;
  rings::ring_reader reader{ring.memory()};
  const auto walk = reader.drain({}, [](auto) {});
  BOOST_TEST(walk.stop == ring_stop::empty);
  BOOST_TEST(walk.records == 0U);
  BOOST_TEST(ring.memory().consumed() == 0U);
}

BOOST_AUTO_TEST_CASE(spans_are_the_records_own_bytes) {
  ring_maker ring;
  ring.put(13, 7);
  rings::ring_reader reader{ring.memory()};
  reader.drain({}, [&](std::span<const std::byte> record) {
    BOOST_TEST(record.size() == 13U);
    BOOST_TEST(record.data() == reader.at(0) + rings::ring_header::size);
  });
}

BOOST_AUTO_TEST_CASE(limits_leave_the_rest_for_the_next_drain) {
  ring_maker ring;
  put_some(ring, 1, 5);
  rings::ring_reader reader{ring.memory()};
  BOOST_TEST(drain(reader, {.records = 2}) == (fills{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(drain(reader, {.bytes = 48}) == (fills{3, 4}), boost::test_tools::per_element());
  BOOST_TEST(drain(reader) == (fills{5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_throwing_visitor_has_its_record_exactly_once) {
  ring_maker ring;
  put_some(ring, 1, 4);
  rings::ring_reader reader{ring.memory()};
  fills seen;

  BOOST_CHECK_THROW(reader.drain({},
                                 [&](std::span<const std::byte> record) {
                                   seen.push_back(std::to_integer<int>(record[0]));
                                   if (seen.size() == 2) throw std::runtime_error{"enough"};
                                 }),
                    std::runtime_error);

  BOOST_TEST(ring.memory().consumed() == 48U);
  for (const int fill : drain(reader)) seen.push_back(fill);
  BOOST_TEST(seen == (fills{1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(hold_last_keeps_the_last_record_unreleased) {
  ring_maker ring;
  put_some(ring, 1, 3);
  rings::ring_reader reader{ring.memory()};

  BOOST_TEST(drain(reader, {}, ring_release::hold_last).size() == 3U);

  BOOST_TEST(ring.memory().consumed() == 48U);
  BOOST_TEST(reader.next() == ring.producer());
  BOOST_TEST(reader.is_holding());
}

BOOST_AUTO_TEST_CASE(a_held_record_is_not_visited_again) {
  ring_maker ring;
  put_some(ring, 1, 2);
  rings::ring_reader reader{ring.memory()};
  drain(reader, {}, ring_release::hold_last);
  put_some(ring, 3, 1);
  BOOST_TEST(drain(reader, {}, ring_release::hold_last) == (fills{3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_drain_of_nothing_goes_on_holding) {
  ring_maker ring;
  put_some(ring, 1, 1);
  rings::ring_reader reader{ring.memory()};
  drain(reader, {}, ring_release::hold_last);
  drain(reader);
  BOOST_TEST(reader.is_holding());
}

BOOST_AUTO_TEST_CASE(release_ends_the_holding) {
  ring_maker ring;
  put_some(ring, 1, 2);
  rings::ring_reader reader{ring.memory()};
  drain(reader, {}, ring_release::hold_last);

  reader.release();

  BOOST_TEST(!reader.is_holding());
  BOOST_TEST(ring.memory().consumed() == ring.producer());
}

BOOST_AUTO_TEST_CASE(a_reader_goes_on_where_the_last_one_released) {
  ring_maker ring;
  put_some(ring, 1, 4);
  {
    rings::ring_reader first{ring.memory()};
    drain(first, {.records = 2});
  }
  rings::ring_reader second{ring.memory()};
  BOOST_TEST(drain(second) == (fills{3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_two_readers_the_one_that_releases_first_keeps_the_ring) {
  ring_maker ring;
  put_some(ring, 1, 4);
  rings::ring_reader first{ring.memory()};
  rings::ring_reader second{ring.memory()};
  BOOST_TEST(drain(first, {.records = 2}) == (fills{1, 2}), boost::test_tools::per_element());

  for (int i = 0; i < 2; ++i) {
    const auto walk = second.drain({}, [](auto) { BOOST_ERROR("visited"); });
    BOOST_TEST(walk.stop == ring_stop::taken);
    BOOST_TEST(walk.records == 0U);
    BOOST_TEST(!second.release());
  }
  BOOST_TEST(drain(first) == (fills{3, 4}), boost::test_tools::per_element());
  BOOST_TEST(first.drain({}, [](auto) {}).stop == ring_stop::empty);
}

BOOST_AUTO_TEST_CASE(a_ring_that_is_taken_during_a_drain_is_not_released) {
  ring_maker ring;
  put_some(ring, 1, 4);
  rings::ring_reader first{ring.memory()};
  rings::ring_reader second{ring.memory()};
  const auto walk = first.drain({}, [&](auto) { drain(second, {.records = 1}); });
  BOOST_TEST(walk.stop == ring_stop::taken);
  BOOST_TEST(walk.records == 4U);
  BOOST_TEST(ring.memory().consumed() == ring.producer());
  put_some(ring, 5, 1);
  BOOST_TEST(drain(first).empty());
  BOOST_TEST(drain(second) == (fills{5}), boost::test_tools::per_element());
}

// Nothing is lost; the one record that was held comes twice.
BOOST_AUTO_TEST_CASE(a_held_record_is_seen_by_the_next_reader) {
  ring_maker ring;
  put_some(ring, 1, 2);
  {
    rings::ring_reader first{ring.memory()};
    drain(first, {}, ring_release::hold_last);
  }
  rings::ring_reader second{ring.memory()};
  BOOST_TEST(drain(second) == (fills{2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(look_ahead_counts_submitted_records_only) {
  ring_maker ring;
  put_some(ring, 1, 2);
  ring.put_discarded(40);
  put_some(ring, 3, 1, 8);
  rings::ring_reader reader{ring.memory()};
  BOOST_TEST(reader.look_ahead().records == 3U);
  drain(reader, {.records = 1});
  BOOST_TEST(reader.look_ahead().records == 2U);
  drain(reader);
  BOOST_TEST(reader.look_ahead().records == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_not_unread) {
  ring_maker ring;
  put_some(ring, 1, 2);
  rings::ring_reader reader{ring.memory()};
  drain(reader, {}, ring_release::hold_last);
  BOOST_TEST(reader.look_ahead().records == 0U);
  BOOST_TEST(reader.available() == 0U);
}

BOOST_AUTO_TEST_CASE(a_busy_head_is_available_and_cannot_be_drained) {
  ring_maker ring;
  const auto head = ring.put_busy(16, 1);
  put_some(ring, 2, 1);
  rings::ring_reader reader{ring.memory()};

  BOOST_TEST(reader.drain({}, [](auto) { BOOST_ERROR("visited"); }).stop == ring_stop::busy);
  BOOST_TEST(reader.available() == 48U);
  BOOST_TEST(reader.look_ahead().records == 0U);

  ring.set_header(head, 16);  // submitted
  BOOST_TEST(drain(reader) == (fills{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(peek_consumes_nothing_until_told) {
  ring_maker ring;
  put_some(ring, 1, 2);
  rings::ring_reader reader{ring.memory()};

  const auto walk = reader.peek({});
  BOOST_TEST(walk.records == 2U);
  BOOST_TEST(walk.uniform);
  BOOST_TEST(ring.memory().consumed() == 0U);
  BOOST_TEST(reader.next() == 0U);
  BOOST_TEST(std::to_integer<int>(reader.at(walk.begin)[rings::ring_header::size]) == 1);

  reader.consume(walk);
  BOOST_TEST(ring.memory().consumed() == walk.end);
  BOOST_TEST(reader.peek({}).records == 0U);
}

BOOST_AUTO_TEST_CASE(a_corrupt_ring_stays_corrupt) {
  ring_maker ring;
  put_some(ring, 1, 1);
  ring.set_header(ring.put(16), 1U << 20);
  rings::ring_reader reader{ring.memory()};
  const auto first = reader.drain({}, [](auto) {});
  BOOST_TEST(first.records == 1U);
  BOOST_TEST(first.stop == ring_stop::corrupt);
  const auto second = reader.drain({}, [](auto) { BOOST_ERROR("visited"); });
  BOOST_TEST(second.stop == ring_stop::corrupt);
}

BOOST_AUTO_TEST_CASE(a_long_run_goes_beyond_32_bits_and_around_the_ring) {
  const std::uint64_t start = (1ULL << 32) - 4096;
  ring_maker ring{4096, start};
  rings::ring_reader reader{ring.memory()};
  std::uint64_t emitted = 0;
  std::uint64_t bytes = 0;
  for (int round = 0; round < 400; ++round) {
    const auto length = static_cast<std::uint32_t>(round % 97);
    for (std::uint8_t i = 0; i < 10; ++i) {
      ring.put(length + 1, i);
      bytes += rings::ring_header::stride(length + 1);
      ++emitted;
    }
    BOOST_REQUIRE(drain(reader, {}, round % 2 ? ring_release::hold_last : ring_release::all) ==
                  (fills{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }
  BOOST_TEST(emitted == 4000U);
  BOOST_TEST(reader.next() == start + bytes);
  BOOST_TEST(reader.next() > 1ULL << 32);
}

BOOST_AUTO_TEST_CASE(a_ring_in_memory_has_a_power_of_two_bytes_and_at_least_a_page) {
  const auto page = rings::ring_memory::page_size();
  BOOST_TEST(rings::ring_memory::make(0, {}).size() == page);
  BOOST_TEST(rings::ring_memory::make(page + 1, {}).size() == 2 * page);
  BOOST_TEST(rings::ring_memory::make(4 * page, {}).size() == 4 * page);
}

BOOST_AUTO_TEST_CASE(the_data_of_a_ring_in_memory_is_there_twice) {
  const auto ring = rings::ring_memory::make(4096, {});
  for (const std::size_t at : {std::size_t{0}, ring.size() - 1}) {
    ring.writable_data()[at] = std::byte{0x5a};
    BOOST_TEST(std::to_integer<int>(ring.data()[ring.size() + at]) == 0x5a);
  }
}

BOOST_AUTO_TEST_CASE(copies_of_a_ring_share_it_beyond_the_first) {
  auto first = std::make_unique<ring_maker>();
  put_some(*first, 1, 1);
  rings::ring_reader reader{first->memory()};
  first.reset();
  BOOST_TEST(drain(reader) == (fills{1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
