#include "numbers.hpp"

#include <aiobpf/records/batch_cursor.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <vector>

namespace records = aiobpf::records;
using namespace aiobpf::tests;

namespace {

void add(records::batch& out, std::uint32_t source, std::uint64_t first, std::uint32_t count) {
  records::batch_writer writer{out, source};
  const auto room = writer.reserve(std::size_t{count} * 16);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t number = first + i;
    std::memcpy(room.bytes + std::size_t{i} * 16, &number, sizeof number);
  }
  writer.add({.data = room.bytes,
              .position = first * 16,
              .bytes = std::uint64_t{count} * 16,
              .count = count,
              .length = 8,
              .stride = 16});
}

std::uint64_t number_at(const records::batch_cursor& cursor) {
  std::uint64_t number;
  std::memcpy(&number, cursor.at().data(), sizeof number);
  return number;
}

records::batch_cursor filled() {
  records::batch_cursor cursor;
  add(cursor.to_fill(), 0, 10, 3);
  add(cursor.to_fill(), 1, 20, 2);
  cursor.filled(5);
  return cursor;
}

struct counting_loan final : records::loan {
  void give_back() noexcept override { ++returns; }
  int returns = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_cursors)

BOOST_AUTO_TEST_CASE(it_goes_over_all_records_of_all_segments) {
  auto cursor = filled();
  std::vector<std::uint64_t> seen;
  for (; cursor.left() > 0; cursor.advance()) seen.push_back(number_at(cursor));
  BOOST_TEST((seen == std::vector<std::uint64_t>{10, 11, 12, 20, 21}));
}

BOOST_AUTO_TEST_CASE(it_knows_what_is_left_of_each_source) {
  auto cursor = filled();
  cursor.advance();
  BOOST_TEST(cursor.left_of(0) == 2U);
  BOOST_TEST(cursor.left_of(1) == 2U);
  for (int i = 0; i < 3; ++i) cursor.advance();
  BOOST_TEST(cursor.left_of(0) == 0U);
  BOOST_TEST(cursor.left_of(1) == 1U);
  BOOST_TEST(cursor.left_of(7) == 0U);
}

BOOST_AUTO_TEST_CASE(the_rest_is_what_was_not_handed_over) {
  auto cursor = filled();
  for (int i = 0; i < 4; ++i) cursor.advance();
  const auto& rest = cursor.rest();
  BOOST_TEST(rest.size() == 1U);
  BOOST_TEST(number_at(cursor) == 21U);
  BOOST_TEST(cursor.left() == 1U);
}

BOOST_AUTO_TEST_CASE(loans_go_back_when_nothing_is_left_and_not_before) {
  records::batch_cursor cursor;
  const auto loan = std::make_shared<counting_loan>();
  alignas(8) static const std::byte lent[16]{};
  {
    records::batch_writer writer{cursor.to_fill(), 0};
    writer.reserve(0);
    writer.lend({.data = lent, .bytes = 16, .count = 1, .length = 8, .stride = 16}, loan);
  }
  cursor.filled(1);
  cursor.give_back();
  BOOST_TEST(loan->returns == 0);
  cursor.advance();
  cursor.give_back();
  BOOST_TEST(loan->returns == 1);
}

BOOST_AUTO_TEST_SUITE_END()
