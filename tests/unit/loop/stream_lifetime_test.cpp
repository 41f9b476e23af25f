#include "loop_printing.hpp"
#include "numbers.hpp"
#include "run.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::system::error_code;
using boost::test_tools::per_element;

namespace {

struct fixture {
  fixture() { events.add(ring.source()); }

  void emit(std::uint64_t first, std::size_t count) const {
    for (const auto number : numbers_from(first, count)) ring.emit(numbered_record(number));
  }

  asio::io_context context;
  sources::memory_ring ring{64 * 1024};
  loop::stream events{context.get_executor()};
  records::batch batch;
};

// Reads for ever; the stream lives in the coroutine.
asio::awaitable<void> read_for_ever(sources::memory_ring ring, std::shared_ptr<int> token) {
  loop::stream owned{co_await asio::this_coro::executor};
  owned.add(ring.source());
  records::batch into;
  for (;;) {
    co_await owned.async_read(into);
    ++*token;
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_lifetime, fixture)

BOOST_AUTO_TEST_CASE(run_returns_when_nobody_reads_any_more) {
  emit(0, 1);
  run_coroutine(context, [&]() -> asio::awaitable<void> { co_await events.async_read(batch); });
  BOOST_TEST(is_out_of_work(context));
}

BOOST_AUTO_TEST_CASE(run_returns_when_nobody_reads_any_more_after_a_wait) {
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  emit(0, 1);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
  BOOST_TEST(is_out_of_work(context));
}

BOOST_AUTO_TEST_CASE(a_read_loop_that_was_left_goes_on_later_where_it_was) {
  std::vector<std::uint64_t> got;
  const auto read_once = [&]() -> asio::awaitable<void> {
    for (;;) {
      co_await events.async_read(batch);
      for (const auto& record : batch) got.push_back(number_in(record.data));
      break;
    }
  };
  for (std::uint64_t first = 0; first < 100; first += 10) {
    emit(first, 10);
    run_coroutine(context, read_once);
  }
  BOOST_TEST(got == numbers_from(0, 100), per_element());
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_coroutine_leaves_the_stream_usable) {
  emit(0, 1);
  BOOST_CHECK_THROW(run_coroutine(context,
                                  [&]() -> asio::awaitable<void> {
                                    co_await events.async_read(batch);
                                    throw std::runtime_error{"of the handler"};
                                  }),
                    std::runtime_error);
  BOOST_TEST(is_out_of_work(context));
  emit(1, 1);
  run_coroutine(context, [&]() -> asio::awaitable<void> { co_await events.async_read(batch); });
  BOOST_TEST(numbers_in(batch) == numbers_from(1, 1), per_element());
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_callback_comes_out_of_run_and_leaves_the_stream_usable) {
  for (const bool waited : {false, true}) {
    if (!waited) emit(0, 1);
    events.async_read(batch, [](error_code, std::size_t) { throw std::runtime_error{"of the handler"}; });
    context.restart();
    if (waited) {
      context.poll();
      emit(0, 1);
    }
    BOOST_CHECK_THROW(context.run(), std::runtime_error);
    BOOST_TEST(is_out_of_work(context));

    emit(1, 1);
    run_coroutine(context, [&]() -> asio::awaitable<void> { co_await events.async_read(batch); });
    BOOST_TEST(numbers_in(batch) == numbers_from(1, 1), per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_callback_on_a_strand_leaves_nothing_to_wait_for) {
  loop::stream stranded{asio::make_strand(context)};
  const sources::memory_ring other{4096};
  stranded.add(other.source());
  stranded.async_read(batch, [](error_code, std::size_t) { throw std::runtime_error{"of the handler"}; });
  context.poll();
  other.emit(numbered_record(0));
  BOOST_CHECK_THROW(context.run(), std::runtime_error);
  BOOST_TEST(is_out_of_work(context));
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_under_a_pending_read_ends_the_coroutine_and_its_stream) {
  for (const bool waiting : {false, true}) {
    const auto token = std::make_shared<int>();
    const sources::memory_ring other{4096};
    {
      asio::io_context short_lived;
      asio::co_spawn(short_lived, read_for_ever(other, token), asio::detached);
      if (waiting) {
        other.emit(numbered_record(0));
        short_lived.poll();
        BOOST_TEST(*token == 1);
      } else {
        short_lived.poll_one();  // the read is started and its turn has not run
      }
      short_lived.stop();
    }
    BOOST_TEST(token.use_count() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_context_may_be_stopped_under_a_pending_read_and_go_on) {
  std::size_t got = 0;
  events.async_read(batch, [&](error_code, std::size_t records) { got = records; });
  context.poll();
  context.stop();
  emit(0, 1);
  BOOST_TEST(context.poll() == 0U);
  BOOST_TEST(run_until(context, [&] { return got > 0; }));
}

BOOST_AUTO_TEST_CASE(a_handler_runs_on_the_executor_it_is_bound_to) {
  asio::io_context other;
  const auto work = asio::make_work_guard(other);
  bool called = false;
  emit(0, 1);
  events.async_read(batch, asio::bind_executor(other, [&](error_code, std::size_t) { called = true; }));
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(!called);
  other.poll();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(a_context_that_a_handler_is_bound_to_has_work_while_the_read_is_pending) {
  asio::io_context other;
  bool called = false;
  events.async_read(batch, asio::bind_executor(other, [&](error_code, std::size_t) { called = true; }));
  context.poll();
  other.poll();
  BOOST_TEST(!other.stopped());
  events.close();
  BOOST_TEST(is_out_of_work(context));
  BOOST_TEST(is_out_of_work(other));
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(on_a_strand_a_stream_works_with_many_threads) {
  static constexpr std::uint64_t count = 100'000;
  const auto strand = asio::make_strand(context);
  loop::stream stranded{strand, {.latency = std::chrono::microseconds{50}}};
  const sources::memory_ring first{64 * 1024};
  const sources::memory_ring second{64 * 1024};
  stranded.add(first.source());
  stranded.add(second.source());

  std::uint64_t received = 0;
  const auto read_all = [&]() -> asio::awaitable<void> {
    while (received < 2 * count) received += co_await stranded.async_read(batch);
  };
  asio::co_spawn(strand, read_all, asio::detached);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { context.run(); });
  for (const auto* ring_to_fill : {&first, &second}) {
    threads.emplace_back([ring_to_fill] {
      for (std::uint64_t number = 0; number < count;) {
        if (ring_to_fill->emit(numbered_record(number))) ++number;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(received == 2 * count);
  BOOST_TEST(stranded.verify().balances());
}

BOOST_AUTO_TEST_SUITE_END()
