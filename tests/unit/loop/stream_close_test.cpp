#include "fake_source.hpp"
#include "loop_printing.hpp"
#include "numbers.hpp"
#include "run.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>

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
  fixture() { events->add(ring.source()); }

  void start_read() {
    events->async_read(batch, [this](error_code result, std::size_t) {
      error = result;
      ++ended;
    });
  }

  asio::io_context context;
  sources::memory_ring ring{4096};
  std::optional<loop::stream> events{std::in_place, context.get_executor()};
  records::batch batch;
  int ended = 0;
  error_code error;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_close, fixture)

BOOST_AUTO_TEST_CASE(close_ends_a_pending_read_with_closed) {
  start_read();
  context.poll();
  events->close();
  BOOST_TEST(ended == 0);  // never inside the call
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == bpf::errc::closed);
  BOOST_TEST(!events->is_open());
}

BOOST_AUTO_TEST_CASE(closing_twice_is_closing_once) {
  start_read();
  events->close();
  events->close();
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_CASE(a_read_after_close_ends_with_closed) {
  events->close();
  start_read();
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == bpf::errc::closed);
}

BOOST_AUTO_TEST_CASE(no_source_can_be_added_after_close) {
  events->close();
  BOOST_CHECK_EXCEPTION(events->add(sources::memory_ring{4096}.source()), bpf::error,
                        [](const auto& thrown) { return thrown.code() == bpf::errc::closed; });
}

BOOST_AUTO_TEST_CASE(cancel_after_close_does_nothing) {
  events->close();
  events->cancel();
  BOOST_TEST(is_out_of_work(context));
}

BOOST_AUTO_TEST_CASE(a_stream_destroyed_while_a_read_is_pending_ends_that_read) {
  start_read();
  context.poll();
  events.reset();
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == bpf::errc::closed);
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_destroyed_from_inside_its_own_handler) {
  for (const bool stream_waited : {false, true}) {
    events.emplace(context.get_executor());
    const sources::memory_ring other{4096};
    events->add(other.source());
    std::size_t got = 0;
    if (!stream_waited) other.emit(numbered_record(0));
    events->async_read(batch, [&](error_code, std::size_t records) {
      events.reset();
      got = records;
    });
    context.restart();
    context.poll();
    if (stream_waited) other.emit(numbered_record(0));
    BOOST_TEST(run_until(context, [&] { return got == 1; }));
    BOOST_TEST(is_out_of_work(context));
  }
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_closed_from_inside_its_own_handler) {
  ring.emit(numbered_record(0));
  events->async_read(batch, [&](error_code, std::size_t) { events->close(); });
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(!events->is_open());
}

BOOST_AUTO_TEST_CASE(an_assigned_stream_closes_what_it_was) {
  start_read();
  context.poll();
  *events = loop::stream{context.get_executor()};
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(error == bpf::errc::closed);
  BOOST_TEST(events->is_open());
}

BOOST_AUTO_TEST_CASE(the_ledger_of_the_moment_of_closing_is_kept) {
  for (const auto number : numbers_from(0, 5)) ring.emit(numbered_record(number));
  events->close();
  ring.emit(numbered_record(5));
  for (const auto& kept : {events->statistics(), events->statistics(0)}) {
    BOOST_TEST(kept.seen == 5U);
    BOOST_TEST(kept.unread == 5U);
    BOOST_TEST(kept.received == 0U);
    BOOST_TEST(kept.counted);
    BOOST_TEST(kept.balances());
  }
}

BOOST_AUTO_TEST_CASE(what_was_not_read_at_close_is_there_for_the_next_reader) {
  const sources::memory_ring other{4096};
  for (const auto number : numbers_from(0, 4)) other.emit(numbered_record(number));
  for (const auto latency : {std::chrono::nanoseconds{0}, std::chrono::nanoseconds{std::chrono::hours{1}}}) {
    loop::stream reading{context.get_executor(), {.latency = latency, .turn = {.records = 1}}};
    reading.add(other.source());
    run_coroutine(context, [&]() -> asio::awaitable<void> { co_await reading.async_read(batch); });
    BOOST_TEST(batch.size() == 1U);
  }
  loop::stream last{context.get_executor()};
  last.add(other.source());
  run_coroutine(context, [&]() -> asio::awaitable<void> { co_await last.async_read(batch); });
  BOOST_TEST(numbers_in(batch) == numbers_from(2, 2), per_element());
}

BOOST_AUTO_TEST_CASE(closing_ends_its_sources) {
  const auto state = std::make_shared<fake>();
  loop::stream one{context.get_executor()};
  one.add(fake_source{state});
  BOOST_TEST(state.use_count() == 2);
  one.async_read(batch, [](error_code, std::size_t) {});
  context.poll();
  one.close();
  BOOST_TEST(state.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
