#include "numbers.hpp"

#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <random>
#include <ranges>
#include <utility>

namespace records = aiobpf::records;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

// Records of one length, back to back as in a ring: 8 bytes of something else before each.
void add_uniform(records::batch& out, std::uint32_t source, std::uint64_t position, std::size_t count,
                 std::uint64_t number = 0, std::uint32_t length = 24) {
  const std::uint32_t stride = (length + 8 + 7) / 8 * 8;
  records::batch_writer writer{out, source};
  const auto room = writer.reserve(count * stride);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(room.bytes + i * stride, numbered_record(number + i, std::max(length, 8U)).data(), length);
  }
  writer.add({.data = room.bytes,
              .position = position,
              .bytes = count * stride,
              .count = static_cast<std::uint32_t>(count),
              .length = length,
              .stride = stride});
}

// Records of several lengths; a length of 0 and more. Each has a slot.
void add_mixed(records::batch& out, std::uint32_t source, std::uint64_t position,
               const std::vector<std::uint32_t>& lengths, std::uint64_t number = 0) {
  std::size_t bytes = 0;
  for (const auto length : lengths) bytes += (length + 8 + 7) / 8 * 8;
  records::batch_writer writer{out, source};
  const auto room = writer.reserve(bytes, lengths.size());
  std::uint32_t offset = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto record = numbered_record(number + i, std::max<std::size_t>(lengths[i], 8));
    std::memcpy(room.bytes + offset, record.data(), lengths[i]);
    room.slots[i] = {.position = position + offset, .offset = offset, .length = lengths[i]};
    offset += (lengths[i] + 8 + 7) / 8 * 8;
  }
  writer.add({.data = room.bytes,
              .slots = room.slots,
              .position = position,
              .bytes = bytes,
              .count = static_cast<std::uint32_t>(lengths.size()),
              .cpu = 3});
}

struct counting_loan final : records::loan {
  void give_back() noexcept override { ++returns; }
  int returns = 0;
};

// Lends memory that ends with the loan.
std::shared_ptr<counting_loan> lend(records::batch& out, std::uint64_t number) {
  struct with_memory {
    counting_loan loan;
    std::vector<std::byte> memory;
  };
  const auto made = std::make_shared<with_memory>();
  made->memory = numbered_record(number, 24);
  std::shared_ptr<counting_loan> loan{made, &made->loan};
  records::batch_writer writer{out, 9};
  writer.reserve(0);
  writer.lend({.data = made->memory.data(), .bytes = 32, .count = 1, .length = 24, .stride = 24}, loan);
  return loan;
}

std::vector<std::uint64_t> positions(const records::batch& batch) {
  std::vector<std::uint64_t> all;
  for (const auto& record : batch) all.push_back(record.position);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch)

static_assert(std::forward_iterator<records::batch::iterator>);

BOOST_AUTO_TEST_CASE(a_new_one_is_empty) {
  const records::batch empty;
  BOOST_TEST(empty.empty());
  BOOST_TEST(empty.size() == 0U);
  BOOST_TEST((empty.begin() == empty.end()));
}

BOOST_AUTO_TEST_CASE(records_of_one_length_are_one_uniform_segment) {
  records::batch batch;
  add_uniform(batch, 3, 1000, 3);
  BOOST_TEST(batch.size() == 3U);
  BOOST_TEST(batch.bytes() == 96U);
  BOOST_REQUIRE(batch.segments().size() == 1U);
  BOOST_TEST(batch.segments()[0].is_uniform());
  BOOST_TEST(batch[1].source == 3U);
  BOOST_TEST(batch[1].cpu == -1);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 3), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{1000, 1032, 1064}), per_element());
}

BOOST_AUTO_TEST_CASE(records_of_mixed_lengths_keep_their_lengths_and_positions) {
  records::batch batch;
  add_mixed(batch, 0, 16, {8, 9, 64, 16});
  std::vector<std::size_t> lengths;
  for (const auto& record : batch) lengths.push_back(record.data.size());
  BOOST_TEST(lengths == (std::vector<std::size_t>{8, 9, 64, 16}), per_element());
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{16, 32, 56, 128}), per_element());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 4), per_element());
  BOOST_TEST(batch[2].cpu == 3);
}

BOOST_AUTO_TEST_CASE(a_record_of_no_bytes_is_a_record) {
  records::batch batch;
  add_uniform(batch, 0, 0, 2, 0, 0);
  add_mixed(batch, 0, 16, {0, 0});
  BOOST_TEST(batch.size() == 4U);
  BOOST_TEST(positions(batch) == (std::vector<std::uint64_t>{0, 8, 16, 24}), per_element());
}

BOOST_AUTO_TEST_CASE(any_mix_of_segments_is_walked_over_indexed_and_dropped_alike) {
  std::mt19937 dice{7};
  for (int round = 0; round < 200; ++round) {
    records::batch batch;
    std::uint64_t next = 0;
    for (unsigned i = 0; i < dice() % 6; ++i) {
      const std::size_t count = 1 + dice() % 5;
      if (dice() % 2) {
        add_uniform(batch, i, next * 100, count, next, 8 + dice() % 40);
      } else {
        std::vector<std::uint32_t> lengths(count);
        for (auto& length : lengths) length = 8 + dice() % 40;
        add_mixed(batch, i, next * 100, lengths, next);
      }
      next += count;
    }
    const std::size_t dropped = next > 0 ? dice() % (next + 2) : 0;
    const auto all = positions(batch);
    batch.drop_front(dropped);
    const std::size_t left = next - std::min<std::size_t>(dropped, next);
    BOOST_TEST(numbers_in(batch) == numbers_from(next - left, left), per_element());
    BOOST_TEST(batch.size() == left);
    auto at = batch.begin();
    for (std::size_t i = 0; i < left; ++i, ++at) {
      const auto record = batch[i];
      BOOST_TEST(number_in(record.data) == next - left + i);
      BOOST_TEST(record.position == all[next - left + i]);
      BOOST_TEST(record.position == at.position());
      BOOST_TEST(record.data.data() == at.data());
      BOOST_TEST(record.data.size() == at.length());
      BOOST_TEST(record.source == at.source());
    }
    BOOST_TEST((at == batch.end()));
    add_uniform(batch, 0, 0, 1, next);
    BOOST_TEST(number_in(batch[left].data) == next);
  }
}

BOOST_AUTO_TEST_CASE(growing_moves_nothing_that_is_there) {
  records::batch batch;
  add_uniform(batch, 0, 0, 1);
  const auto* const first = batch[0].data.data();
  for (std::uint64_t number = 1; number < 1000; ++number) {
    if (number % 2) {
      add_uniform(batch, 0, 0, 1, number, static_cast<std::uint32_t>(8 + number));
    } else {
      add_mixed(batch, 0, 0, {static_cast<std::uint32_t>(8 + number)}, number);
    }
  }
  BOOST_TEST(batch[0].data.data() == first);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1000), per_element());
}

BOOST_AUTO_TEST_CASE(payloads_are_aligned_also_in_a_copy) {
  records::batch batch;
  add_mixed(batch, 0, 8, {9, 17, 8});
  add_uniform(batch, 0, 0, 3, 3, 9);
  records::batch copy;
  copy.append(batch);
  for (const auto* each : {&batch, &copy}) {
    for (const auto& record : *each) {
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 8 == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(clearing_keeps_the_memory) {
  records::batch batch;
  add_uniform(batch, 0, 0, 1000);
  const auto* const memory = batch[0].data.data();
  batch.clear();
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.bytes() == 0U);
  BOOST_TEST(batch.segments().empty());
  add_uniform(batch, 0, 0, 1000);
  BOOST_TEST(batch[0].data.data() == memory);
}

BOOST_AUTO_TEST_CASE(after_clearing_one_piece_of_memory_is_enough_for_as_much_again) {
  records::batch batch;
  for (int i = 0; i < 100; ++i) add_uniform(batch, 0, 0, 100);
  batch.clear();
  add_uniform(batch, 0, 0, 5000);
  const auto* const memory = batch[0].data.data();
  batch.clear();
  add_uniform(batch, 0, 0, 5000);
  BOOST_TEST(batch[0].data.data() == memory);
}

BOOST_AUTO_TEST_CASE(moving_and_swapping_carry_the_records) {
  records::batch one;
  add_uniform(one, 0, 0, 2, 10);
  records::batch moved{std::move(one)};
  BOOST_TEST(numbers_in(moved) == numbers_from(10, 2), per_element());

  records::batch other;
  add_uniform(other, 0, 0, 1, 20);
  other.swap(moved);
  BOOST_TEST(numbers_in(other) == numbers_from(10, 2), per_element());
  BOOST_TEST(numbers_in(moved) == numbers_from(20, 1), per_element());

  other = std::move(moved);
  BOOST_TEST(numbers_in(other) == numbers_from(20, 1), per_element());
  BOOST_TEST(moved.empty());
}

BOOST_AUTO_TEST_CASE(a_copy_owns_its_bytes) {
  records::batch copy;
  {
    records::batch batch;
    add_uniform(batch, 1, 100, 3);
    add_mixed(batch, 2, 500, {8, 24, 9}, 3);
    const auto loan = lend(batch, 6);
    batch.drop_front(1);
    copy.append(batch);
    batch.clear();
    BOOST_TEST(loan->returns == 1);
  }
  BOOST_TEST(numbers_in(copy) == numbers_from(1, 6), per_element());
  BOOST_TEST(positions(copy) == (std::vector<std::uint64_t>{132, 164, 500, 516, 548, 0}), per_element());
}

BOOST_AUTO_TEST_CASE(uniform_segments_of_one_length_are_copied_back_to_back) {
  records::batch batch;
  add_uniform(batch, 0, 0, 3);
  add_uniform(batch, 1, 0, 2, 3);
  records::batch copy;
  copy.append(batch);
  BOOST_TEST(copy[4].data.data() == copy[0].data.data() + 4 * 32);
}

BOOST_AUTO_TEST_CASE(a_loan_is_given_back_once_when_the_batch_is_cleared_destroyed_or_assigned) {
  records::batch batch;
  const auto first = lend(batch, 0);
  batch.clear();
  batch.clear();
  BOOST_TEST(first->returns == 1);

  const auto second = lend(batch, 0);
  batch = records::batch{};
  BOOST_TEST(second->returns == 1);

  std::shared_ptr<counting_loan> third;
  {
    records::batch ends;
    third = lend(ends, 0);
    const records::batch moved{std::move(ends)};
    BOOST_TEST(third->returns == 0);
  }
  BOOST_TEST(third->returns == 1);
}

BOOST_AUTO_TEST_CASE(dropped_records_keep_their_loan_until_the_batch_is_cleared) {
  records::batch batch;
  const auto loan = lend(batch, 0);
  batch.drop_front(1);
  BOOST_TEST(batch.empty());
  BOOST_TEST(loan->returns == 0);
  batch.clear();
  BOOST_TEST(loan->returns == 1);
}

BOOST_AUTO_TEST_CASE(room_that_was_not_used_is_no_record) {
  records::batch batch;
  {
    records::batch_writer writer{batch, 0};
    writer.reserve(100, 10);
  }
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.segments().empty());
  add_uniform(batch, 0, 0, 1);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_is_a_forward_and_sized_range) {
  static_assert(std::ranges::forward_range<const records::batch&>);
  static_assert(std::ranges::sized_range<const records::batch&>);
  records::batch batch;
  add_uniform(batch, 0, 0, 3);
  add_mixed(batch, 1, 0, {8, 9});
  const auto second = std::next(batch.begin());
  BOOST_TEST((std::next(batch.begin()) == second));  // several passes
  BOOST_TEST(std::ranges::distance(batch) == 5);
  BOOST_TEST((*second).position == batch[1].position);
}

BOOST_AUTO_TEST_CASE(a_slice_of_a_segment_has_its_records_and_its_space) {
  records::batch batch;
  add_uniform(batch, 0, 640, 10);
  add_mixed(batch, 1, 96, {8, 100, 16, 24});
  for (const auto& whole : batch.segments()) {
    std::uint64_t bytes = 0;
    for (std::uint32_t first = 0; first < whole.count; first += 2) {
      const auto slice = whole.slice(first, 2);
      BOOST_TEST(slice.count == 2U);
      bytes += slice.bytes;
      for (std::uint32_t i = 0; i < 2; ++i) {
        BOOST_TEST(slice[i].data.data() == whole[first + i].data.data());
        BOOST_TEST(slice[i].data.size() == whole[first + i].data.size());
        BOOST_TEST(slice[i].position == whole[first + i].position);
      }
    }
    BOOST_TEST(bytes == whole.bytes);
  }
}

BOOST_AUTO_TEST_CASE(slices_are_copied_as_they_are) {
  records::batch batch;
  add_uniform(batch, 0, 640, 10);
  add_mixed(batch, 1, 96, {8, 100, 16, 24});
  const std::vector parts{batch.segments()[0].slice(3, 4), batch.segments()[1].slice(1, 2),
                          batch.segments()[1].slice(3, 1)};
  records::batch copy;
  copy.append(parts);
  BOOST_TEST(copy.size() == 7U);
  const std::size_t from[]{3, 4, 5, 6, 11, 12, 13};
  for (std::size_t i = 0; i < copy.size(); ++i) {
    BOOST_TEST(std::ranges::equal(copy[i].data, batch[from[i]].data));
    BOOST_TEST(copy[i].position == batch[from[i]].position);
  }
}

BOOST_AUTO_TEST_SUITE_END()
