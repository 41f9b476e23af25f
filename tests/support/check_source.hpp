#pragma once

#include "loop_printing.hpp"
#include "numbers.hpp"

#include <aiobpf/loop/source.hpp>

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <functional>

namespace aiobpf::tests {

/// A source and what fills it: `emit(first, count)` gives it that many records of 48 bytes, which begin
/// with the numbers first, first + 1, ...
struct source_under_test {
  loop::any_source source;
  std::function<void(std::uint64_t first, std::uint32_t count)> emit;

  loop::drain_result drain(loop::batch& out, bpf::ring_limits limits = {},
                           bpf::ring_release how = bpf::ring_release::all) {
    return source.drain(limits, 7, out, how);
  }
};

/// Whether a descriptor polls readable now.
inline bool is_readable(int fd) {
  ::pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) == 1;
}

inline constexpr std::size_t record_stride = 56;  // 48 bytes and their header

/// What every record_source promises (aiobpf/loop/source.hpp). `make` gives a source_under_test, new and
/// empty each time.
template <class Make>
void check_source(Make make) {
  using bpf::ring_stop;

  BOOST_TEST_CONTEXT("an empty source is quiet and gives nothing, at once") {
    source_under_test tested = make();
    loop::batch out;
    const auto result = tested.drain(out);
    BOOST_TEST(result.records == 0U);
    BOOST_TEST(result.bytes == 0U);
    BOOST_TEST(result.stop == ring_stop::empty);
    BOOST_TEST(out.empty());
    BOOST_TEST(!is_readable(tested.source.native_handle()));
    BOOST_TEST(tested.source.statistics().seen == 0U);
    BOOST_TEST(tested.source.statistics().balances());
  }

  BOOST_TEST_CONTEXT("a record makes it readable, taking the record makes it quiet, the next one readable") {
    source_under_test tested = make();
    loop::batch out;
    for (std::uint64_t number = 0; number < 3; ++number) {
      tested.emit(number, 1);
      BOOST_TEST(is_readable(tested.source.native_handle()));
      const auto result = tested.drain(out);
      BOOST_TEST(result.records == 1U);
      BOOST_TEST(result.bytes == record_stride);
      BOOST_TEST(result.stop == ring_stop::empty);
      BOOST_TEST(!is_readable(tested.source.native_handle()));
    }
    BOOST_TEST(numbers_in(out) == numbers_from(0, 3), boost::test_tools::per_element());
  }

  BOOST_TEST_CONTEXT("drain appends, says which source it was, and positions go up by what a record takes") {
    source_under_test tested = make();
    loop::batch out;
    tested.emit(0, 10);
    tested.drain(out, {.records = 4});
    tested.drain(out);
    BOOST_TEST(numbers_in(out) == numbers_from(0, 10), boost::test_tools::per_element());
    std::uint64_t expected = (*out.begin()).position;
    for (const auto& record : out) {
      BOOST_TEST(record.source == 7U);
      BOOST_TEST(record.position == expected);
      BOOST_TEST(record.data.size() == 48U);
      expected += record_stride;
    }
  }

  BOOST_TEST_CONTEXT("drain keeps to the number of records") {
    source_under_test tested = make();
    loop::batch out;
    tested.emit(0, 10);
    const auto first = tested.drain(out, {.records = 3});
    BOOST_TEST(first.records == 3U);
    BOOST_TEST(first.stop == ring_stop::limit);
    BOOST_TEST(tested.source.statistics().unread == 7U);
    BOOST_TEST(tested.source.statistics().balances());
    const auto rest = tested.drain(out);
    BOOST_TEST(rest.records == 7U);
    BOOST_TEST(rest.stop == ring_stop::empty);
  }

  BOOST_TEST_CONTEXT("drain keeps to the number of bytes") {
    source_under_test tested = make();
    loop::batch out;
    tested.emit(0, 10);
    const auto first = tested.drain(out, {.bytes = 3 * record_stride - 1});
    BOOST_TEST(first.records == 2U);
    BOOST_TEST(first.bytes == 2 * record_stride);
    BOOST_TEST(first.stop == ring_stop::limit);
    BOOST_TEST(tested.drain(out, {.bytes = 3 * record_stride}).records == 3U);
  }

  BOOST_TEST_CONTEXT("drain takes one record at least, so that any limit makes progress") {
    source_under_test tested = make();
    loop::batch out;
    tested.emit(0, 3);
    BOOST_TEST(tested.drain(out, {.records = 0}).records == 1U);
    BOOST_TEST(tested.drain(out, {.bytes = 0}).records == 1U);
    BOOST_TEST(tested.drain(out, {.records = 0, .bytes = 1}).records == 1U);
  }

  BOOST_TEST_CONTEXT("holding back the last record and releasing it neither loses nor repeats one") {
    source_under_test tested = make();
    loop::batch out;
    for (std::uint64_t first = 0; first < 60; first += 3) {
      tested.emit(first, 3);
      tested.drain(out, {}, bpf::ring_release::hold_last);
      BOOST_TEST(tested.source.statistics().unread == 0U);
      BOOST_TEST(tested.source.statistics().balances());
      BOOST_TEST(tested.drain(out, {}, bpf::ring_release::hold_last).records == 0U);
      if (first % 2 == 0) tested.source.release();
    }
    tested.emit(60, 1);
    tested.source.release();  // what came before it is found by the next drain
    tested.drain(out);
    BOOST_TEST(numbers_in(out) == numbers_from(0, 61), boost::test_tools::per_element());
    BOOST_TEST(!is_readable(tested.source.native_handle()));
  }

  BOOST_TEST_CONTEXT("the ledger follows") {
    source_under_test tested = make();
    loop::batch out;
    tested.emit(0, 10);
    tested.drain(out, {.records = 6});
    const auto now = tested.source.statistics();
    BOOST_TEST(now.counted);
    BOOST_TEST(now.seen == 10U);
    BOOST_TEST(now.submitted == 10U);
    BOOST_TEST(now.received == 6U);
    BOOST_TEST(now.delivered == 6U);
    BOOST_TEST(now.unread == 4U);
    BOOST_TEST(now.bytes == 6 * record_stride);
    BOOST_TEST(now.balances());
  }
}

}  // namespace aiobpf::tests
