#pragma once

#include "draining.hpp"
#include "loop_printing.hpp"
#include "numbers.hpp"

#include <aiobpf/loop/source.hpp>

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>

namespace aiobpf::tests {

/// A source and what fills it: `emit(first, count)` gives its first channel that many records of 48 bytes,
/// which begin with the numbers first, first + 1, ...
struct source_under_test {
  std::unique_ptr<loop::source> source;
  std::function<void(std::uint64_t first, std::uint32_t count)> emit;
  std::size_t stride = 56;  ///< space that a record of 48 bytes takes in it
  /// For a source that ends or fails: makes it do so, after what was emitted.
  std::function<void()> finish{};
  loop::drain_stop finished = loop::drain_stop::ended;
  /// For a source that releases when it is told to: how far it has.
  std::function<std::uint64_t()> released{};

  loop::channel& channel() const { return source->get_channel(0); }
  loop::drain_result drain(records::batch& out, const loop::drain_request& request = {}) const {
    return tests::drain(channel(), out, request, 7);
  }
  loop::drain_result visit(const std::function<void(const records::record&)>& call,
                           const loop::drain_request& request = {}) const {
    calling_visitor visitor{call};
    return channel().visit(request, 7, visitor);
  }
};

/// Whether a descriptor polls readable now.
inline bool is_readable(int fd) {
  ::pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) == 1;
}

/// What every source promises (aiobpf/loop/source.hpp, channel.hpp). `make` gives a source_under_test, new
/// and empty each time.
template <class Make>
void check_source(Make make) {
  using loop::drain_stop;

  BOOST_TEST_CONTEXT("an empty source is quiet and gives nothing, at once") {
    source_under_test tested = make();
    records::batch out;
    const auto result = tested.drain(out);
    BOOST_TEST(result.records == 0U);
    BOOST_TEST(result.bytes == 0U);
    BOOST_TEST(result.stop == drain_stop::empty);
    BOOST_TEST(!result.error);
    BOOST_TEST(out.empty());
    BOOST_TEST(!is_readable(tested.channel().native_handle()));
    BOOST_TEST(tested.source->statistics().seen == 0U);
    BOOST_TEST(compose(tested.source->verify(), {}).balances());
    BOOST_TEST(!tested.source->name().empty());
  }

  BOOST_TEST_CONTEXT("a record makes it readable, taking the record makes it quiet, the next one readable") {
    source_under_test tested = make();
    records::batch out;
    for (std::uint64_t number = 0; number < 3; ++number) {
      tested.emit(number, 1);
      BOOST_TEST(is_readable(tested.channel().native_handle()));
      const auto result = tested.drain(out);
      BOOST_TEST(result.records == 1U);
      BOOST_TEST(result.bytes == tested.stride);
      BOOST_TEST(result.stop == drain_stop::empty);
      BOOST_TEST(!is_readable(tested.channel().native_handle()));
    }
    BOOST_TEST(numbers_in(out) == numbers_from(0, 3), boost::test_tools::per_element());
  }

  BOOST_TEST_CONTEXT("drain appends, says which source it was, and positions go up by what a record takes") {
    source_under_test tested = make();
    records::batch out;
    tested.emit(0, 10);
    tested.drain(out, {.records = 4});
    tested.drain(out);
    BOOST_TEST(numbers_in(out) == numbers_from(0, 10), boost::test_tools::per_element());
    std::uint64_t expected = out[0].position;
    for (const auto& record : out) {
      BOOST_TEST(record.source == 7U);
      BOOST_TEST(record.position == expected);
      BOOST_TEST(record.data.size() == 48U);
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 8 == 0U);
      expected += tested.stride;
    }
  }

  BOOST_TEST_CONTEXT("drain keeps to the number of records") {
    source_under_test tested = make();
    records::batch out;
    tested.emit(0, 10);
    const auto first = tested.drain(out, {.records = 3});
    BOOST_TEST(first.records == 3U);
    BOOST_TEST(first.stop == drain_stop::limit);
    BOOST_TEST(tested.source->statistics().unread == 7U);
    BOOST_TEST(compose(tested.source->verify(), {}).balances());
    const auto rest = tested.drain(out);
    BOOST_TEST(rest.records == 7U);
    BOOST_TEST(rest.stop == drain_stop::empty);
  }

  BOOST_TEST_CONTEXT("drain keeps to the number of bytes") {
    source_under_test tested = make();
    records::batch out;
    tested.emit(0, 10);
    const auto first = tested.drain(out, {.bytes = 3 * tested.stride - 1});
    BOOST_TEST(first.records == 2U);
    BOOST_TEST(first.bytes == 2 * tested.stride);
    BOOST_TEST(first.stop == drain_stop::limit);
    BOOST_TEST(tested.drain(out, {.bytes = 3 * tested.stride}).records == 3U);
  }

  BOOST_TEST_CONTEXT("drain takes one record at least, so that any limit makes progress") {
    source_under_test tested = make();
    records::batch out;
    tested.emit(0, 3);
    BOOST_TEST(tested.drain(out, {.records = 0}).records == 1U);
    BOOST_TEST(tested.drain(out, {.bytes = 0}).records == 1U);
    BOOST_TEST(tested.drain(out, {.records = 0, .bytes = 1}).records == 1U);
  }

  BOOST_TEST_CONTEXT("holding back the last record and releasing it neither loses nor repeats one") {
    source_under_test tested = make();
    records::batch out;
    for (std::uint64_t first = 0; first < 60; first += 3) {
      tested.emit(first, 3);
      tested.drain(out, {.wakeups = false});
      BOOST_TEST(tested.source->statistics().unread == 0U);
      BOOST_TEST(compose(tested.source->verify(), {}).balances());
      BOOST_TEST(tested.drain(out, {.wakeups = false}).records == 0U);
      if (first % 2 == 0) tested.channel().release();
    }
    tested.emit(60, 1);
    tested.channel().release();  // what came before it is found by the next drain
    tested.drain(out);
    BOOST_TEST(numbers_in(out) == numbers_from(0, 61), boost::test_tools::per_element());
    BOOST_TEST(!is_readable(tested.channel().native_handle()));
  }

  BOOST_TEST_CONTEXT("a visitor sees each record once, in order, and makes it quiet") {
    source_under_test tested = make();
    tested.emit(0, 60);
    std::vector<std::uint64_t> seen;
    const auto note = [&](const records::record& record) {
      BOOST_TEST(record.source == 7U);
      BOOST_TEST(record.data.size() == 48U);
      BOOST_TEST(reinterpret_cast<std::uintptr_t>(record.data.data()) % 4 == 0U);
      seen.push_back(number_in(record.data));
    };
    const auto first = tested.visit(note, {.records = 20});
    BOOST_TEST(first.records == 20U);
    BOOST_TEST(first.stop == drain_stop::limit);
    BOOST_TEST(tested.visit(note).records == 40U);
    BOOST_TEST(seen == numbers_from(0, 60), boost::test_tools::per_element());
    BOOST_TEST(!is_readable(tested.channel().native_handle()));
    BOOST_TEST(compose(tested.source->verify(), {}).balances());
  }

  BOOST_TEST_CONTEXT("what a visitor throws passes through") {
    source_under_test tested = make();
    tested.emit(0, 3);
    BOOST_CHECK_THROW(tested.visit([](const records::record&) { throw std::runtime_error{"no"}; }),
                      std::runtime_error);
    BOOST_TEST(compose(tested.source->verify(), {}).balances());
  }

  if (make().finish) {
    BOOST_TEST_CONTEXT("what ends or fails says so after its last record, and only then has an error") {
      source_under_test tested = make();
      records::batch out;
      tested.emit(0, 3);
      BOOST_TEST(tested.drain(out, {.records = 2}).stop == drain_stop::limit);
      tested.finish();
      loop::drain_result result;
      for (int drains = 0; drains < 3 && result.stop != tested.finished; ++drains) result = tested.drain(out);
      BOOST_TEST(result.stop == tested.finished);
      BOOST_TEST(result.error.failed() == (tested.finished == drain_stop::failed));
      BOOST_TEST(numbers_in(out) == numbers_from(0, 3), boost::test_tools::per_element());
      BOOST_TEST(compose(tested.source->verify(), {}).balances());
    }
  }

  if (make().released) {
    BOOST_TEST_CONTEXT("what is acknowledged is released, and nothing else") {
      source_under_test tested = make();
      records::batch out;
      tested.emit(0, 3);
      tested.drain(out);
      BOOST_TEST(tested.released() == 0U);
      tested.source->acknowledge(out[2].position);
      BOOST_TEST(tested.released() == out[2].position);
      BOOST_TEST(compose(tested.source->verify(), {}).balances());
    }
  }

  BOOST_TEST_CONTEXT("the ledger follows") {
    source_under_test tested = make();
    records::batch out;
    tested.emit(0, 10);
    tested.drain(out, {.records = 6});
    const auto now = compose(tested.source->statistics(), {});
    BOOST_TEST(now.counted);
    BOOST_TEST(now.seen == 10U);
    BOOST_TEST(now.submitted == 10U);
    BOOST_TEST(now.received == 6U);
    BOOST_TEST(now.delivered == 6U);
    BOOST_TEST(now.unread == 4U);
    BOOST_TEST(now.bytes == 6 * tested.stride);
    BOOST_TEST(now.balances());
    BOOST_TEST(compose(tested.source->verify(), {}) == now);
  }
}

}  // namespace aiobpf::tests
