// A process that forks while a stream waits: the child's copies end, and the parent does not notice.
#include "in_child.hpp"
#include "numbers.hpp"
#include "open_descriptors.hpp"
#include "run.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>
#include <thread>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::system::error_code;
using boost::test_tools::per_element;

namespace {

// What the process's epoll instances watch, and for what, as the kernel lists it. A stream whose descriptor
// is watched no more would still find its records, by the slow safety look.
std::string watched() {
  std::string all;
  for (const auto& [fd, target] : open_descriptors()) {
    if (target != "anon_inode:[eventpoll]") continue;
    std::ifstream info{"/proc/self/fdinfo/" + std::to_string(fd)};
    for (std::string line; std::getline(info, line);) {
      if (line.starts_with("tfd:")) all += line + '\n';
    }
  }
  return all;
}

struct fixture {
  fixture() { events->add(ring->source()); }

  void emit(std::uint64_t number) { ring->emit(numbered_record(number)); }
  void start_reading() {
    completed.reset();
    events->async_read(batch, [&](error_code error, std::size_t) { completed = error; });
  }
  // A read that waits for its descriptor and for a timer.
  void wait() {
    start_reading();
    context->poll();
    BOOST_REQUIRE(!completed);
    watched_by_us = watched();
  }
  // What is watched is what was, the parent's wait ends by the next record, and so does the one after it.
  void check_that_the_parent_goes_on() {
    BOOST_TEST(watched() == watched_by_us);
    for (std::uint64_t number = 0; number < 3; ++number) {
      emit(number);
      BOOST_REQUIRE(run_until(*context, [&] { return completed.has_value(); }));
      BOOST_TEST(*completed == error_code{});
      BOOST_TEST(numbers_in(batch) == numbers_from(number, 1), per_element());
      wait();
    }
  }

  std::map<int, std::string> before = open_descriptors();
  std::optional<asio::io_context> context{std::in_place};
  std::optional<sources::memory_ring> ring{64 * 1024};
  std::optional<loop::stream> events{std::in_place, context->get_executor()};
  records::batch batch;
  std::optional<error_code> completed;
  std::string watched_by_us;
};

asio::awaitable<void> read_for_ever(sources::memory_ring ring, std::vector<std::uint64_t>& got) {
  loop::stream owned{co_await asio::this_coro::executor};
  owned.add(ring.source());
  records::batch into;
  for (;;) {
    co_await owned.async_read(into);
    for (const auto& record : into) got.push_back(number_in(record.data));
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_fork, fixture)

BOOST_AUTO_TEST_CASE(a_child_that_destroys_everything_leaves_the_parent_waiting) {
  wait();
  BOOST_TEST(in_child([&] {
               events.reset();
               context.reset();
               ring.reset();
               return "";
             }) == "");
  check_that_the_parent_goes_on();
}

BOOST_AUTO_TEST_CASE(a_child_that_closes_leaves_the_parent_waiting) {
  wait();
  BOOST_TEST(in_child([&] {
               if (events->is_open()) return "open";
               events->close();
               events->close();
               return "";
             }) == "");
  check_that_the_parent_goes_on();
}

BOOST_AUTO_TEST_CASE(a_child_that_cancels_leaves_the_parent_waiting) {
  wait();
  BOOST_TEST(in_child([&] {
               events->cancel();
               return "";
             }) == "");
  check_that_the_parent_goes_on();
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_in_a_child_may_own_the_stream) {
  std::vector<std::uint64_t> got;
  sources::memory_ring other{4096};
  asio::co_spawn(*context, read_for_ever(other, got), asio::detached);
  context->poll();
  BOOST_TEST(in_child([&] {
               context.reset();
               return "";
             }) == "");
  other.emit(numbered_record(5));
  BOOST_TEST(run_until(*context, [&] { return got.size() == 1; }));
  BOOST_TEST(got == numbers_from(5, 1), per_element());
  context->stop();
}

BOOST_AUTO_TEST_CASE(a_thread_that_waits_in_the_parent_goes_on) {
  start_reading();
  auto result = asio::co_spawn(
      *context,
      [&]() -> asio::awaitable<void> {
        while (!completed) co_await asio::post(*context, asio::use_awaitable);
      },
      asio::use_future);
  std::thread running{[&] { context->run(); }};
  BOOST_TEST(in_child([&] {
               events.reset();
               return "";
             }) == "");
  emit(7);
  result.get();
  running.join();
  BOOST_TEST(numbers_in(batch) == numbers_from(7, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_child_keeps_no_descriptors) {
  wait();
  BOOST_TEST(in_child([&] {
               events.reset();
               context.reset();
               ring.reset();
               std::string left;
               for (const auto& [fd, target] : open_descriptors()) {
                 if (!before.contains(fd) && !target.starts_with("pipe:")) left += target + ' ';
               }
               return left;
             }) == "");
}

BOOST_AUTO_TEST_CASE(use_in_a_child_is_an_error_that_says_why) {
  wait();
  BOOST_TEST(in_child([&] { return refused([&] { events->add(sources::memory_ring{4096}.source()); }); }) ==
             "");
  BOOST_TEST(in_child([&] { return refused([&] { events->statistics(); }); }) == "");
  BOOST_TEST(in_child([&] { return refused([&] { events->statistics(0); }); }) == "");
  BOOST_TEST(in_child([&] {
               events->close();
               return refused([&] { events->statistics(); });
             }) == "");
  check_that_the_parent_goes_on();
}

// What Asio's manual asks of a child that goes on with a context of its parent's.
BOOST_AUTO_TEST_CASE(a_pending_read_ends_with_closed_in_a_child_that_runs_the_context) {
  wait();
  BOOST_TEST(in_child([&]() -> std::string {
               context->notify_fork(asio::io_context::fork_child);
               events->close();
               if (!run_until(*context, [&] { return completed.has_value(); })) return "still pending";
               return *completed == bpf::errc::closed ? "" : completed->message();
             }) == "");
  check_that_the_parent_goes_on();
}

BOOST_AUTO_TEST_CASE(a_read_that_a_child_finds_records_for_ends_with_closed) {
  wait();
  emit(0);
  BOOST_TEST(in_child([&]() -> std::string {
               context->notify_fork(asio::io_context::fork_child);
               if (!run_until(*context, [&] { return completed.has_value(); })) return "still pending";
               return *completed == bpf::errc::closed ? "" : completed->message();
             }) == "");
  BOOST_TEST(run_until(*context, [&] { return completed.has_value(); }));
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_read_that_a_child_starts_ends_with_closed) {
  BOOST_TEST(in_child([&]() -> std::string {
               context->notify_fork(asio::io_context::fork_child);
               start_reading();
               if (!run_until(*context, [&] { return completed.has_value(); })) return "still pending";
               return *completed == bpf::errc::closed ? "" : completed->message();
             }) == "");
}

BOOST_AUTO_TEST_CASE(a_child_may_make_a_stream_of_its_own_on_the_context) {
  wait();
  BOOST_TEST(in_child([&]() -> std::string {
               context->notify_fork(asio::io_context::fork_child);
               events.reset();
               if (!run_until(*context, [&] { return completed.has_value(); }))
                 return "the parent's read is still pending";
               events.emplace(context->get_executor());
               ring.emplace(4096);
               events->add(ring->source());
               wait();
               emit(3);
               if (!run_until(*context, [&] { return completed.has_value(); })) return "does not wake";
               return numbers_in(batch) == numbers_from(3, 1) ? "" : "another record";
             }) == "");
  check_that_the_parent_goes_on();
}

BOOST_AUTO_TEST_SUITE_END()
