#include "bpf_printing.hpp"
#include "ring_maker.hpp"

#include <aiobpf/rings/ring_walk.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace rings = aiobpf::rings;
using aiobpf::tests::ring_maker;
using rings::ring_stop;

namespace {

constexpr std::uint32_t busy = rings::ring_header::busy_bit;
constexpr std::uint32_t discarded = rings::ring_header::discard_bit;
constexpr std::size_t ring_bytes = 4096;

// One walk over a ring that holds `headers` from `start` on, and what it has to find.
struct row {
  std::string name;
  std::uint64_t start;
  std::vector<std::uint32_t> headers;  // length and flags
  rings::ring_limits limits;
  std::vector<std::uint32_t> visited;  // lengths
  std::size_t discarded;
  bool uniform;
  std::uint64_t bytes;  // walked over
  ring_stop stop;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
  return out << r.name;
}

const std::vector<row> table{
    {"an empty ring", 0, {}, {}, {}, 0, false, 0, ring_stop::empty},
    {"an empty ring far on", 1ULL << 40, {}, {}, {}, 0, false, 0, ring_stop::empty},
    {"one record", 0, {16}, {}, {16}, 0, true, 24, ring_stop::empty},
    {"records of one length", 0, {16, 16, 16}, {}, {16, 16, 16}, 0, true, 72, ring_stop::empty},
    {"mixed lengths", 0, {16, 8, 24, 24}, {}, {16, 8, 24, 24}, 0, false, 104, ring_stop::empty},
    {"the last one differs", 0, {16, 16, 8}, {}, {16, 16, 8}, 0, false, 64, ring_stop::empty},
    {"the first one differs", 0, {8, 16, 16}, {}, {8, 16, 16}, 0, false, 64, ring_stop::empty},
    // Same space in the ring, other lengths: not uniform.
    {"lengths padded to the same", 0, {9, 16, 13}, {}, {9, 16, 13}, 0, false, 72, ring_stop::empty},
    {"lengths that want padding", 0, {1, 1}, {}, {1, 1}, 0, true, 32, ring_stop::empty},
    {"records without data", 0, {0, 0, 0}, {}, {0, 0, 0}, 0, true, 24, ring_stop::empty},
    {"without data among others", 0, {8, 0, 8}, {}, {8, 0, 8}, 0, false, 40, ring_stop::empty},
    {"one that fills the ring", 0, {4088}, {}, {4088}, 0, true, 4096, ring_stop::empty},

    {"a discarded one between", 0, {16, 16 | discarded, 16}, {}, {16, 16}, 1, false, 72, ring_stop::empty},
    {"a discarded one first", 0, {16 | discarded, 16}, {}, {16}, 1, false, 48, ring_stop::empty},
    {"a discarded one last", 0, {16, 16 | discarded}, {}, {16}, 1, false, 48, ring_stop::empty},
    {"all discarded", 0, {16 | discarded, 8 | discarded}, {}, {}, 2, false, 40, ring_stop::empty},

    {"a busy head", 0, {16 | busy}, {}, {}, 0, false, 0, ring_stop::busy},
    {"a busy head holds back", 0, {16 | busy, 16, 16}, {}, {}, 0, false, 0, ring_stop::busy},
    {"a busy one behind others", 0, {16, 16, 16 | busy, 16}, {}, {16, 16}, 0, true, 48, ring_stop::busy},
    {"a busy one of another length", 0, {16, 8 | busy}, {}, {16}, 0, true, 24, ring_stop::busy},
    {"busy and to be discarded", 0, {16, 16 | busy | discarded}, {}, {16}, 0, true, 24, ring_stop::busy},

    {"a limit of records", 0, {16, 16, 16}, {.records = 2}, {16, 16}, 0, true, 48, ring_stop::limit},
    {"a limit of as many as there are", 0, {16, 16}, {.records = 2}, {16, 16}, 0, true, 48, ring_stop::empty},
    {"discarded ones count as records",
     0,
     {16, 16 | discarded, 16},
     {.records = 2},
     {16},
     1,
     false,
     48,
     ring_stop::limit},
    {"no records still takes one", 0, {16, 16}, {.records = 0}, {16}, 0, true, 24, ring_stop::limit},
    {"a limit of bytes", 0, {16, 16, 16}, {.bytes = 48}, {16, 16}, 0, true, 48, ring_stop::limit},
    {"a limit of bytes within a record",
     0,
     {16, 16, 16},
     {.bytes = 50},
     {16, 16},
     0,
     true,
     48,
     ring_stop::limit},
    {"a limit of bytes before another length",
     0,
     {16, 40},
     {.bytes = 64},
     {16},
     0,
     true,
     24,
     ring_stop::limit},
    {"no bytes still takes one", 0, {16, 16}, {.bytes = 0}, {16}, 0, true, 24, ring_stop::limit},
    {"one larger than the limit", 0, {1000, 8}, {.bytes = 100}, {1000}, 0, true, 1008, ring_stop::limit},
    {"the last one larger than the limit",
     0,
     {1000},
     {.bytes = 100},
     {1000},
     0,
     true,
     1008,
     ring_stop::empty},
    {"a discarded one larger than the limit",
     0,
     {1000 | discarded, 8},
     {.bytes = 100},
     {},
     1,
     false,
     1008,
     ring_stop::limit},

    {"wrapped around between records", 4096 - 24, {16, 16}, {}, {16, 16}, 0, true, 48, ring_stop::empty},
    {"wrapped around in a record", 4096 - 16, {16, 16}, {}, {16, 16}, 0, true, 48, ring_stop::empty},
    {"wrapped around behind a header", 4096 - 8, {16, 8}, {}, {16, 8}, 0, false, 40, ring_stop::empty},
    {"a full ring, wrapped around",
     4096 - 2048,
     {2040, 2040},
     {},
     {2040, 2040},
     0,
     true,
     4096,
     ring_stop::empty},
    {"positions beyond 32 bits",
     (1ULL << 32) - 24,
     {16, 16, 8},
     {},
     {16, 16, 8},
     0,
     false,
     64,
     ring_stop::empty},
    {"positions below 2^63", (1ULL << 63) - 8, {8, 8}, {}, {8, 8}, 0, true, 32, ring_stop::empty},
    {"positions beyond 2^63", 1ULL << 63, {8, 8}, {}, {}, 0, false, 0, ring_stop::corrupt},

    {"longer than what was produced", 0, {16 | 0x1000}, {}, {}, 0, false, 0, ring_stop::corrupt},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_walk)

BOOST_DATA_TEST_CASE(a_walk_finds, boost::unit_test::data::make(table), want) {
  ring_maker ring{ring_bytes, want.start};
  std::uint64_t last = want.start;
  for (const auto header : want.headers) {
    const auto length = rings::ring_header::length(header);
    if (length > ring_bytes) {
      ring.set_header(ring.put(8), header);
    } else {
      ring.put(length, static_cast<std::uint8_t>(length), header & (busy | discarded));
    }
  }
  for (std::uint64_t at = want.start, i = 0; at != want.start + want.bytes; ++i) {
    last = at;
    at += rings::ring_header::stride(rings::ring_header::length(want.headers.at(i)));
  }

  // Whatever the guess, the same is found.
  for (const std::uint32_t guess : {0U, 8U, 16U, 1000U, ~0U}) {
    BOOST_TEST_CONTEXT("guess " << guess) {
      std::vector<std::uint32_t> visited;
      bool content_is_right = true;
      rings::ring_walk walk;
      std::uint32_t kept = guess;
      rings::walk_ring(ring.memory().data(), ring_bytes, want.start, ring.producer(), want.limits, kept, walk,
                       [&](const std::byte* data, std::uint32_t length) {
                         visited.push_back(length);
                         for (std::uint32_t i = 0; i < length; ++i) {
                           content_is_right = content_is_right && data[i] == std::byte(length & 0xff);
                         }
                       });

      BOOST_TEST(visited == want.visited, boost::test_tools::per_element());
      BOOST_TEST(content_is_right);
      BOOST_TEST(walk.records == want.visited.size());
      BOOST_TEST(walk.discarded == want.discarded);
      BOOST_TEST(walk.uniform == want.uniform);
      BOOST_TEST(walk.begin == want.start);
      BOOST_TEST(walk.end == want.start + want.bytes);
      BOOST_TEST(walk.last == (want.bytes == 0 ? walk.end : last));
      BOOST_TEST(walk.stop == want.stop);
      if (!visited.empty()) BOOST_TEST(walk.length == visited.back());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_guess_of_the_next_walk_is_the_last_length) {
  ring_maker ring;
  ring.put(16);
  ring.put(40);
  std::uint32_t guess = 0;
  rings::ring_walk walk;

  rings::walk_ring(ring.memory().data(), ring_bytes, 0, ring.producer(), {}, guess, walk, [](auto*, auto) {});

  BOOST_TEST(guess == 40U);
}

BOOST_AUTO_TEST_CASE(a_walk_that_finds_nothing_keeps_the_guess) {
  ring_maker ring;
  ring.put_busy(16);
  std::uint32_t guess = 40;
  rings::ring_walk walk;

  rings::walk_ring(ring.memory().data(), ring_bytes, 0, ring.producer(), {}, guess, walk, [](auto*, auto) {});

  BOOST_TEST(guess == 40U);
}

BOOST_AUTO_TEST_CASE(a_guess_of_another_length_does_not_make_a_walk_mixed) {
  ring_maker ring;
  ring.put(16);
  ring.put(16);
  std::uint32_t guess = 40;
  rings::ring_walk walk;

  rings::walk_ring(ring.memory().data(), ring_bytes, 0, ring.producer(), {}, guess, walk, [](auto*, auto) {});

  BOOST_TEST(walk.uniform);
  BOOST_TEST(walk.length == 16U);
}

BOOST_AUTO_TEST_CASE(walks_one_after_the_other_visit_each_record_once) {
  ring_maker ring;
  for (std::uint8_t i = 0; i < 50; ++i) ring.put(8 + i % 3 * 8, i);
  std::uint32_t guess = 0;
  std::uint64_t position = 0;
  std::vector<int> seen;

  rings::ring_walk walk;
  do {
    rings::walk_ring(
        ring.memory().data(), ring_bytes, position, ring.producer(), {.records = 7}, guess, walk,
        [&](const std::byte* data, std::uint32_t) { seen.push_back(std::to_integer<int>(*data)); });
    position = walk.end;
  } while (walk.stop == ring_stop::limit);

  BOOST_TEST(seen.size() == 50U);
  for (int i = 0; i < 50; ++i) BOOST_TEST(seen.at(static_cast<std::size_t>(i)) == i);
  BOOST_TEST(position == ring.producer());
}

BOOST_AUTO_TEST_CASE(a_throwing_visitor_has_had_its_record) {
  for (const std::uint32_t guess : {0U, 16U}) {
    ring_maker ring;
    for (std::uint8_t i = 0; i < 4; ++i) ring.put(16, i);
    std::uint32_t kept = guess;
    rings::ring_walk walk;
    const auto throw_at_second = [](const std::byte* data, std::uint32_t) {
      if (*data == std::byte{1}) throw std::runtime_error{"enough"};
    };

    BOOST_CHECK_THROW(rings::walk_ring(ring.memory().data(), ring_bytes, 0, ring.producer(), {}, kept, walk,
                                       throw_at_second),
                      std::runtime_error);

    BOOST_TEST(walk.records == 2U);
    BOOST_TEST(walk.end == 48U);
    BOOST_TEST(walk.last == 24U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
