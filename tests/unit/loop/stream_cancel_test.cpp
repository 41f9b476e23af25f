#include "fake_source.hpp"
#include "loop_printing.hpp"
#include "run.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace boost::asio::experimental::awaitable_operators;
using boost::system::error_code;
using boost::test_tools::per_element;

namespace {

struct fixture {
  fixture() { events.add(ring.source()); }

  void emit(std::uint64_t first, std::size_t count) const {
    for (const auto number : numbers_from(first, count)) ring.emit(numbered_record(number));
  }
  // Starts a read that the signal can cancel.
  void start_read() {
    ended = false;
    events.async_read(batch,
                      asio::bind_cancellation_slot(cancel.slot(), [this](error_code result, std::size_t n) {
                        ended = true;
                        error = result;
                        records = n;
                      }));
  }
  void check_that_a_late_signal_leaves_the_next_read_alone(std::uint64_t number) {
    bool later = false;
    events.async_read(batch, [&](error_code result, std::size_t) {
      BOOST_TEST(!result);
      later = true;
    });
    cancel.emit(asio::cancellation_type::total);
    emit(number, 1);
    BOOST_TEST(run_until(context, [&] { return later; }));
  }
  bool wait_for_end() {
    return run_until(context, [&] { return ended; });
  }

  asio::io_context context;
  sources::memory_ring ring{64 * 1024};
  loop::stream events{context.get_executor()};
  records::batch batch;
  asio::cancellation_signal cancel;
  bool ended = false;
  error_code error;
  std::size_t records = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_cancel, fixture)

BOOST_AUTO_TEST_CASE(a_cancelled_read_ends_with_operation_aborted_and_leaves_nothing_to_wait_for) {
  start_read();
  context.poll();
  cancel.emit(asio::cancellation_type::total);
  BOOST_TEST(!ended);  // never inside the call
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == asio::error::operation_aborted);
  BOOST_TEST(records == 0U);
}

BOOST_AUTO_TEST_CASE(every_kind_of_cancellation_is_total) {
  for (const auto kind : {asio::cancellation_type::total, asio::cancellation_type::partial,
                          asio::cancellation_type::terminal}) {
    start_read();
    context.restart();
    context.poll();
    cancel.emit(kind);
    BOOST_TEST(wait_for_end());
    BOOST_TEST(error == asio::error::operation_aborted);
  }
}

BOOST_AUTO_TEST_CASE(records_that_were_there_when_a_read_was_cancelled_come_with_the_next) {
  emit(0, 3);
  start_read();
  cancel.emit(asio::cancellation_type::total);  // its turn is posted and has not run
  BOOST_TEST(wait_for_end());
  BOOST_TEST(error == asio::error::operation_aborted);

  emit(3, 2);
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 5), per_element());
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_CASE(a_read_that_is_started_at_once_after_a_cancel_gets_the_records) {
  start_read();
  context.poll();
  cancel.emit(asio::cancellation_type::total);
  bool second = false;
  records::batch other;
  events.async_read(other, [&](error_code result, std::size_t) {
    BOOST_TEST(!result);
    second = true;
  });
  emit(0, 1);
  BOOST_TEST(run_until(context, [&] { return second; }));
  BOOST_TEST(error == asio::error::operation_aborted);
  BOOST_TEST(numbers_in(other) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_read_whose_records_are_taken_is_past_cancelling) {
  emit(0, 3);
  start_read();
  BOOST_TEST(wait_for_end());
  cancel.emit(asio::cancellation_type::total);
  BOOST_TEST(records == 3U);
  BOOST_TEST(!error);
}

BOOST_AUTO_TEST_CASE(a_signal_that_comes_after_its_read_completed_does_not_end_the_next_one) {
  emit(0, 1);
  start_read();
  BOOST_TEST(wait_for_end());
  check_that_a_late_signal_leaves_the_next_read_alone(1);
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_keeps_the_context_of_its_handler_no_longer) {
  asio::io_context other;
  events.async_read(batch, asio::bind_executor(other.get_executor(), [this](error_code result, std::size_t) {
                      ended = true;
                      error = result;
                    }));
  context.poll();
  events.cancel();
  context.poll_one();  // the completion's way; what the stream has yet to clean up holds nobody
  BOOST_TEST(is_out_of_work(other));
  BOOST_TEST(ended);
  BOOST_TEST(error == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_slot_that_was_left_behind_does_not_end_a_later_read) {
  start_read();
  events.cancel();  // leaves what the read put into the slot
  BOOST_TEST(wait_for_end());
  check_that_a_late_signal_leaves_the_next_read_alone(0);
}

BOOST_AUTO_TEST_CASE(a_signal_that_comes_after_the_stream_is_gone_does_nothing) {
  start_read();
  { const loop::stream gone{std::move(events)}; }
  cancel.emit(asio::cancellation_type::total);
  BOOST_TEST(wait_for_end());
  BOOST_TEST(error == bpf::errc::closed);
}

BOOST_AUTO_TEST_CASE(cancel_of_the_stream_ends_the_pending_read_and_the_stream_goes_on) {
  start_read();
  context.poll();
  events.cancel();
  events.cancel();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(error == asio::error::operation_aborted);
  BOOST_TEST(events.is_open());
  emit(0, 1);
  start_read();
  BOOST_TEST(wait_for_end());
  BOOST_TEST(records == 1U);
}

BOOST_AUTO_TEST_CASE(a_read_that_loses_against_a_timer_loses_no_records) {
  std::vector<std::uint64_t> got;
  int timeouts = 0;
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    asio::steady_timer timer{context};
    std::uint64_t emitted = 0;
    while (got.size() < 50) {
      timer.expires_after(std::chrono::microseconds{50});
      const auto first =
          co_await (events.async_read(batch, asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
      if (first.index() == 0) {
        for (const auto& record : batch) got.push_back(number_in(record.data));
      } else if (++timeouts % 3 == 0) {
        emit(emitted, 2);
        emitted += 2;
      }
    }
  });
  BOOST_TEST(timeouts >= 75);
  BOOST_TEST(got == numbers_from(0, got.size()), per_element());
  BOOST_TEST(events.verify().balances());
}

// Every place where a cancel can fall: before the turn, after one or more handlers of the context, when the
// records are there or not.
BOOST_AUTO_TEST_CASE(wherever_a_cancel_falls_each_record_comes_once) {
  std::vector<std::uint64_t> got;
  std::uint64_t emitted = 0;
  const auto note = [&] {
    if (error) return;
    for (const auto& record : batch) got.push_back(number_in(record.data));
  };
  for (int round = 0; round < 2000; ++round) {
    const int handlers = round % 5;
    if (round % 2 == 0) emit(emitted++, 1);
    start_read();
    context.restart();
    for (int i = 0; i < handlers && !ended; ++i) context.poll_one();
    if (round % 3 == 0 && !ended) emit(emitted++, 1);
    cancel.emit(asio::cancellation_type::total);
    BOOST_REQUIRE(wait_for_end());
    note();
  }
  emit(emitted++, 1);
  start_read();
  BOOST_REQUIRE(wait_for_end());
  note();
  BOOST_TEST(got == numbers_from(0, emitted), per_element());
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_leaves_a_fake_source_untouched) {
  const auto state = std::make_shared<fake>();
  loop::stream one{context.get_executor()};
  one.add(fake_source{state});
  state->emit(0);
  one.async_read(batch, [](error_code, std::size_t) {});
  one.cancel();
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(state->drains == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
