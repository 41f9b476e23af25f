#include "fake_perf_source.hpp"
#include "fake_source.hpp"
#include "loop_printing.hpp"
#include "run.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::system::error_code;
using boost::test_tools::per_element;

namespace {

struct fixture {
  asio::io_context context;
  sources::memory_ring ring{64 * 1024};
  loop::stream events{context.get_executor()};
  records::batch batch;

  void emit(std::uint64_t first, std::size_t count) const {
    for (const auto number : numbers_from(first, count)) ring.emit(numbered_record(number));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_read, fixture)

BOOST_AUTO_TEST_CASE(a_coroutine_gets_the_records_that_are_there) {
  events.add(ring.source());
  emit(0, 10);
  run_coroutine(context,
                [&]() -> asio::awaitable<void> { BOOST_TEST(co_await events.async_read(batch) == 10U); });
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 10), per_element());
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_the_first_record) {
  events.add(ring.source());
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  BOOST_TEST(got == 0U);
  emit(0, 1);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_callback_is_never_called_inside_the_initiating_call) {
  events.add(ring.source());
  emit(0, 1);
  bool called = false;
  const auto note = [&](error_code, std::size_t) { called = true; };
  // From the context's own thread, where dispatching would be allowed to call at once.
  asio::post(context, [&] {
    events.async_read(batch, note);
    BOOST_TEST(!called);
  });
  context.poll();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(an_error_is_never_told_inside_the_initiating_call_either) {
  int called = 0;
  const auto note = [&](error_code, std::size_t) { ++called; };
  asio::post(context, [&] {
    events.async_read(batch, note);  // not_found
    events.close();
    events.async_read(batch, note);  // closed
    BOOST_TEST(called == 0);
  });
  context.poll();
  BOOST_TEST(called == 2);
}

BOOST_AUTO_TEST_CASE(a_future_gets_the_number_of_records) {
  events.add(ring.source());
  emit(0, 3);
  auto records = events.async_read(batch, asio::use_future);
  std::thread runner{[&] { context.run(); }};
  BOOST_TEST(records.get() == 3U);
  runner.join();
}

BOOST_AUTO_TEST_CASE(a_future_throws_what_went_wrong) {
  auto records = events.async_read(batch, asio::use_future);
  context.run();
  BOOST_CHECK_EXCEPTION(records.get(), boost::system::system_error,
                        [](const auto& error) { return error.code() == bpf::errc::not_found; });
}

BOOST_AUTO_TEST_CASE(without_a_source_there_is_nothing_to_read) {
  error_code error;
  events.async_read(batch, [&](error_code result, std::size_t) { error = result; });
  context.run();
  BOOST_TEST(error == bpf::errc::not_found);
}

BOOST_AUTO_TEST_CASE(a_second_read_is_busy_and_the_first_goes_on) {
  events.add(ring.source());
  error_code second;
  std::size_t first = 0;
  records::batch other;
  events.async_read(batch, [&](error_code, std::size_t records) { first = records; });
  events.async_read(other, [&](error_code result, std::size_t) { second = result; });
  context.poll();
  BOOST_TEST(second == bpf::errc::busy);

  emit(0, 2);
  BOOST_TEST(run_until(context, [&] { return first > 0; }));
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 2), per_element());
  BOOST_TEST(other.empty());
}

BOOST_AUTO_TEST_CASE(a_pending_read_gets_the_records_of_a_source_that_is_added) {
  const sources::memory_ring other{4096};
  events.add(ring.source());
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  other.emit(numbered_record(7));
  events.add(other.source());
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(numbers_in(batch) == numbers_from(7, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_source_may_be_removed_while_a_read_is_pending) {
  const sources::memory_ring other{4096};
  events.add(ring.source());
  const auto id = events.add(other.source());
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  events.remove(id);
  other.emit(numbered_record(7));
  emit(0, 1);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_pending_read_whose_last_source_is_removed_ends) {
  const auto id = events.add(ring.source());
  error_code error;
  events.async_read(batch, [&](error_code result, std::size_t) { error = result; });
  context.poll();
  events.remove(id);
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == bpf::errc::not_found);
}

BOOST_AUTO_TEST_CASE(when_every_source_has_ended_so_do_reads) {
  const auto state = std::make_shared<fake>();
  state->emit(0);
  state->ended = true;
  events.add(fake_source{state});
  std::vector<error_code> errors;
  for (int read = 0; read < 3; ++read) {
    events.async_read(batch, [&](error_code result, std::size_t) { errors.push_back(result); });
    context.restart();
    context.run();
  }
  BOOST_TEST(!errors.at(0));
  BOOST_TEST(errors.at(1) == bpf::errc::ended);
  BOOST_TEST(errors.at(2) == bpf::errc::ended);
}

BOOST_AUTO_TEST_CASE(a_copying_read_leaves_nothing_in_the_ring) {
  const sources::memory_ring small{16 * 1024};
  events.add(small.source());
  const auto fill = [&] {
    std::uint64_t count = 0;
    while (small.emit(numbered_record(count, 48))) ++count;
    return count;
  };
  const auto drained = [&](std::uint64_t wanted, bool copy) {
    std::vector<records::batch> kept;
    std::uint64_t got = 0;
    run_coroutine(context, [&]() -> asio::awaitable<void> {
      while (got < wanted) {
        kept.emplace_back();
        if (copy) {
          got += co_await events.async_read_copy(kept.back());
        } else {
          got += co_await events.async_read(kept.back());
        }
      }
    });
    BOOST_TEST(numbers_in(kept.front()).front() == 0U);
    return fill();  // while all batches are kept
  };
  const auto all = fill();
  BOOST_TEST(drained(all, true) == all);
  BOOST_TEST(drained(all, false) == 0U);
  BOOST_TEST(fill() == all);
}

BOOST_AUTO_TEST_CASE(a_visitor_sees_each_record_once_in_order) {
  events.add(ring.source());
  emit(0, 100);
  std::vector<std::uint64_t> seen;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    while (seen.size() < 100) {
      const auto before = seen.size();
      const auto count = co_await events.async_visit(
          [&](const records::record& record) { seen.push_back(number_in(record.data)); });
      if (count != seen.size() - before) throw std::runtime_error{"miscounted"};
    }
  });
  BOOST_TEST(seen == numbers_from(0, 100), per_element());
  BOOST_TEST(events.verify().delivered == 100U);
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_CASE(what_a_visitor_throws_reaches_the_awaiting_coroutine_and_the_next_visit_goes_on) {
  events.add(ring.source());
  emit(0, 10);
  std::vector<std::uint64_t> seen;
  int thrown = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    while (seen.size() < 10) {
      try {
        co_await events.async_visit([&](const records::record& record) {
          seen.push_back(number_in(record.data));
          if (seen.back() % 3 == 0) throw std::runtime_error{"a third"};
        });
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    }
  });
  BOOST_TEST(thrown == 4);
  BOOST_TEST(seen == numbers_from(0, 10), per_element());
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_CASE(a_visit_is_cancelled_and_refused_as_a_read_is) {
  std::exception_ptr refused;
  events.async_visit([](const records::record&) {},
                     [&](std::exception_ptr result, std::size_t) { refused = result; });
  context.poll();
  BOOST_CHECK_EXCEPTION(std::rethrow_exception(refused), boost::system::system_error,
                        [](const auto& error) { return error.code() == bpf::errc::not_found; });
  events.add(ring.source());
  asio::cancellation_signal cancel;
  events.async_visit([](const records::record&) {},
                     asio::bind_cancellation_slot(
                         cancel.slot(), [&](std::exception_ptr result, std::size_t) { refused = result; }));
  context.restart();
  context.poll();
  cancel.emit(asio::cancellation_type::total);
  context.restart();
  context.poll();
  BOOST_CHECK_EXCEPTION(std::rethrow_exception(refused), boost::system::system_error,
                        [](const auto& error) { return error.code() == asio::error::operation_aborted; });
}

BOOST_AUTO_TEST_CASE(a_read_takes_no_more_than_its_budget) {
  loop::stream bounded{context.get_executor(), {.turn = {.records = 4}}};
  bounded.add(ring.source());
  emit(0, 10);
  std::vector<std::size_t> sizes;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    for (int reads = 0; reads < 3; ++reads) sizes.push_back(co_await bounded.async_read(batch));
  });
  BOOST_TEST(sizes == (std::vector<std::size_t>{4, 4, 2}), per_element());
}

BOOST_AUTO_TEST_CASE(a_budget_of_nothing_still_takes_one_record_a_read) {
  loop::stream bounded{context.get_executor(), {.turn = {.records = 0, .bytes = 0, .time = {}}}};
  bounded.add(ring.source());
  emit(0, 2);
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    BOOST_TEST(co_await bounded.async_read(batch) == 1U);
    BOOST_TEST(co_await bounded.async_read(batch) == 1U);
  });
}

BOOST_AUTO_TEST_CASE(several_sources_are_read_together_and_told_apart) {
  const sources::memory_ring other{4096};
  const auto first = events.add(ring.source());
  const auto second = events.add(other.source());
  emit(0, 3);
  for (const auto number : numbers_from(100, 2)) other.emit(numbered_record(number));
  run_coroutine(context, [&]() -> asio::awaitable<void> { co_await events.async_read(batch); });
  BOOST_TEST(numbers_of(batch, first) == numbers_from(0, 3), per_element());
  BOOST_TEST(numbers_of(batch, second) == numbers_from(100, 2), per_element());
}

BOOST_AUTO_TEST_CASE(a_full_source_does_not_keep_the_others_waiting) {
  const sources::memory_ring trickle{4096};
  loop::stream both{context.get_executor(), {.turn = {.records = 8}}};
  both.add(ring.source());
  const auto second = both.add(trickle.source());
  emit(0, 1000);
  int at_once = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    for (std::uint64_t number = 0; number < 20; ++number) {
      const auto record = numbered_record(number);
      trickle.emit(record);
      co_await both.async_read(batch);
      if (numbers_of(batch, second) == numbers_from(number, 1)) ++at_once;
    }
  });
  BOOST_TEST(at_once == 20);
}

BOOST_AUTO_TEST_CASE(a_producer_thread_is_read_to_the_last_record) {
  static constexpr std::uint64_t count = 200'000;
  events.add(ring.source());
  std::thread producer{[&] {
    for (std::uint64_t number = 0; number < count;) {
      if (ring.emit(numbered_record(number))) ++number;
    }
  }};
  std::uint64_t next = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    while (next < count) {
      co_await events.async_read(batch);
      for (const auto& record : batch) {
        if (number_in(record.data) != next++) throw std::runtime_error{"out of order"};
      }
    }
  });
  producer.join();
  const auto ledger = events.statistics();
  BOOST_TEST(ledger.received == count);
  BOOST_TEST(ledger.seen == count + ledger.lost[records::cause::ring_full]);
  BOOST_TEST(ledger.balances());
}

BOOST_AUTO_TEST_CASE(the_fake_source_is_read_as_any_other) {
  const auto state = std::make_shared<fake>();
  events.add(fake_source{state});
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  state->emit(7);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(numbers_in(batch) == numbers_from(7, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_perf_like_source_is_waited_for_and_wakes) {
  const auto state = std::make_shared<fake_perf>(8);
  events.add(fake_perf_source{state});
  for (std::uint64_t number = 0; number < 20; ++number) {
    std::size_t got = 0;
    events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
    context.restart();
    context.poll();
    BOOST_TEST(got == 0U);
    state->emit(number % 8, number);
    BOOST_TEST(run_until(context, [&] { return got > 0; }));
    BOOST_TEST(numbers_in(batch) == numbers_from(number, 1), per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_moved_stream_goes_on_with_its_pending_read) {
  events.add(ring.source());
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  loop::stream moved{std::move(events)};
  emit(0, 1);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(moved.is_open());
}

BOOST_AUTO_TEST_SUITE_END()
