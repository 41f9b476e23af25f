#include "numbers.hpp"

#include <aiobpf/loop/batch.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

// A piece of a ring: each entry a length, negative when the record was discarded. Records begin with the
// numbers from `number` on; discarded ones have a number too.
struct piece {
  std::uint64_t position;
  std::vector<int> lengths;
};

std::uint64_t append(loop::batch& out, std::size_t source, const piece& one, std::uint64_t number = 0) {
  bpf::ring_walk walk{.begin = one.position, .end = one.position, .last = one.position, .uniform = true};
  std::size_t bytes = 0;
  for (const int length : one.lengths) bytes += bpf::ring_header::stride(std::abs(length));
  std::byte* room = out.reserve(bytes);
  for (const int length : one.lengths) {
    const auto size = static_cast<std::uint32_t>(std::abs(length));
    const std::uint32_t word = size | (length < 0 ? bpf::ring_header::discard_bit : 0);
    std::memcpy(room, &word, sizeof(word));
    const auto record = numbered_record(number++, std::max<std::size_t>(size, 8));
    std::memcpy(room + bpf::ring_header::size, record.data(), size);
    room += bpf::ring_header::stride(size);
    walk.end += bpf::ring_header::stride(size);
    if (length < 0) {
      ++walk.discarded;
    } else {
      if (walk.records++ > 0 && walk.length != size) walk.uniform = false;
      walk.length = size;
    }
  }
  walk.uniform = walk.uniform && walk.discarded == 0 && walk.records > 0;
  out.commit(source, walk);
  return walk.end;
}

std::vector<std::uint64_t> positions(const loop::batch& batch) {
  std::vector<std::uint64_t> all;
  for (const auto& record : batch) all.push_back(record.position);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch)

BOOST_AUTO_TEST_CASE(a_new_one_is_empty) {
  const loop::batch empty;
  BOOST_TEST(empty.empty());
  BOOST_TEST(empty.size() == 0U);
  BOOST_TEST((empty.begin() == empty.end()));
}

BOOST_AUTO_TEST_CASE(records_of_one_length_are_one_uniform_segment) {
  loop::batch batch;
  append(batch, 3, {.position = 1000, .lengths = {24, 24, 24}});
  BOOST_TEST(batch.size() == 3U);
  BOOST_TEST(batch.bytes() == 96U);
  BOOST_REQUIRE(batch.segments().size() == 1U);
  BOOST_TEST(batch.segments()[0].uniform);
  BOOST_TEST(batch.segments()[0].length == 24U);
  BOOST_TEST(batch.segments()[0].source == 3U);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 3), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{1000, 1032, 1064}), per_element());
}

BOOST_AUTO_TEST_CASE(records_of_mixed_lengths_keep_their_lengths_and_positions) {
  loop::batch batch;
  append(batch, 0, {.position = 0, .lengths = {8, 9, 64, 16}});
  BOOST_TEST(!batch.segments()[0].uniform);
  std::vector<std::size_t> lengths;
  for (const auto& record : batch) lengths.push_back(record.data.size());
  BOOST_TEST(lengths == (std::vector<std::size_t>{8, 9, 64, 16}), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{0, 16, 40, 112}), per_element());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 4), per_element());
}

BOOST_AUTO_TEST_CASE(a_record_of_no_bytes_is_a_record) {
  loop::batch batch;
  append(batch, 0, {.position = 0, .lengths = {0, 0}});
  BOOST_TEST(batch.size() == 2U);
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{0, 8}), per_element());
}

BOOST_AUTO_TEST_CASE(discarded_records_are_passed_over_wherever_they_stand) {
  loop::batch batch;
  append(batch, 0, {.position = 0, .lengths = {-8, 8, -24, -8, 8, 8, -8}});
  BOOST_TEST(batch.size() == 3U);
  BOOST_TEST(numbers_in(batch) == (std::vector<std::uint64_t>{1, 4, 5}), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{16, 80, 96}), per_element());
}

BOOST_AUTO_TEST_CASE(a_segment_of_discarded_records_only_gives_nothing_and_hides_nothing) {
  loop::batch batch;
  append(batch, 0, {.position = 0, .lengths = {-8, -8}});
  BOOST_TEST(batch.empty());
  BOOST_TEST((batch.begin() == batch.end()));
  append(batch, 1, {.position = 0, .lengths = {8}}, 7);
  append(batch, 2, {.position = 0, .lengths = {-8}});
  BOOST_TEST(numbers_in(batch) == numbers_from(7, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_walk_over_nothing_adds_no_segment) {
  loop::batch batch;
  batch.reserve(100);
  batch.commit(0, {.begin = 64, .end = 64, .last = 64});
  BOOST_TEST(batch.segments().empty());
  BOOST_TEST(batch.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(pieces_that_follow_each_other_in_one_source_become_one_segment) {
  loop::batch batch;
  const auto next = append(batch, 0, {.position = 0, .lengths = {8, 8}});
  append(batch, 0, {.position = next, .lengths = {8}}, 2);
  BOOST_TEST(batch.segments().size() == 1U);
  BOOST_TEST(batch.segments()[0].uniform);
  BOOST_TEST(batch.segments()[0].records == 3U);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 3), per_element());
}

BOOST_AUTO_TEST_CASE(uniform_pieces_of_two_lengths_become_a_mixed_segment) {
  loop::batch batch;
  const auto next = append(batch, 0, {.position = 0, .lengths = {8, 8}});
  append(batch, 0, {.position = next, .lengths = {16}}, 2);
  BOOST_TEST(batch.segments().size() == 1U);
  BOOST_TEST(!batch.segments()[0].uniform);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 3), per_element());
}

BOOST_AUTO_TEST_CASE(a_piece_behind_discarded_ones_of_its_length_is_not_uniform) {
  loop::batch batch;
  const auto next = append(batch, 0, {.position = 0, .lengths = {-8}});
  append(batch, 0, {.position = next, .lengths = {8}}, 1);
  BOOST_TEST(numbers_in(batch) == numbers_from(1, 1), per_element());
}

BOOST_AUTO_TEST_CASE(pieces_of_two_sources_or_with_a_gap_stay_apart) {
  loop::batch batch;
  const auto next = append(batch, 0, {.position = 0, .lengths = {8}});
  append(batch, 1, {.position = next, .lengths = {8}}, 1);
  append(batch, 1, {.position = next + 160, .lengths = {8}}, 2);
  BOOST_TEST(batch.segments().size() == 3U);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 3), per_element());
  BOOST_TEST(numbers_of(batch, 1) == numbers_from(1, 2), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{0, 16, 176}), per_element());
}

BOOST_AUTO_TEST_CASE(growing_keeps_what_is_there) {
  loop::batch batch;
  std::uint64_t next = 0;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    next = append(batch, number % 3, {.position = next, .lengths = {static_cast<int>(8 + number)}}, number);
  }
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1000), per_element());
}

BOOST_AUTO_TEST_CASE(records_are_aligned) {
  loop::batch batch;
  append(batch, 0, {.position = 8, .lengths = {9, 17, 8}});
  for (const auto& record : batch) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 8 == 0U);
  }
}

BOOST_AUTO_TEST_CASE(clearing_keeps_the_memory) {
  loop::batch batch;
  append(batch, 0, {.position = 0, .lengths = std::vector<int>(1000, 8)});
  const auto* memory = batch.data(batch.segments().front());
  batch.clear();
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.segments().empty());
  append(batch, 0, {.position = 0, .lengths = std::vector<int>(1000, 8)});
  BOOST_TEST(batch.data(batch.segments().front()) == memory);
}

BOOST_AUTO_TEST_CASE(moving_and_swapping_carry_the_records) {
  loop::batch one;
  append(one, 0, {.position = 0, .lengths = {8, 8}}, 10);
  loop::batch moved{std::move(one)};
  BOOST_TEST(numbers_in(moved) == numbers_from(10, 2), per_element());

  loop::batch other;
  append(other, 0, {.position = 0, .lengths = {8}}, 20);
  other.swap(moved);
  BOOST_TEST(numbers_in(other) == numbers_from(10, 2), per_element());
  BOOST_TEST(numbers_in(moved) == numbers_from(20, 1), per_element());

  other = std::move(moved);
  BOOST_TEST(numbers_in(other) == numbers_from(20, 1), per_element());
  BOOST_TEST(moved.empty());
}

BOOST_AUTO_TEST_CASE(the_iterator_gives_the_parts_of_a_record_without_the_whole) {
  loop::batch batch;
  append(batch, 5, {.position = 0, .lengths = {8, 24}});
  auto at = batch.begin();
  ++at;
  BOOST_TEST(at.length() == 24U);
  BOOST_TEST(at.source() == 5U);
  BOOST_TEST(at.data() == (*at).data.data());
}

BOOST_AUTO_TEST_SUITE_END()
