// Raw tracepoints and perf events.
#include "counting.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "run.hpp"

#include <aiobpf/bpf/attach/perf_event.hpp>
#include <aiobpf/bpf/attach/raw_tracepoint.hpp>
#include <aiobpf/bpf/attach/section.hpp>

#include <linux/perf_event.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <thread>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Where probes.bpf.c counts.
constexpr std::uint32_t by_raw_tracepoint = 8;
constexpr std::uint32_t by_perf_event = 9;
constexpr std::uint32_t by_anyone = 10;

bpf::object load_raw_tracepoint() {
  auto file = open_only("probes", {"on_raw_tracepoint"});
  file.set_rodata("counted_syscall", std::int64_t{SYS_getppid});
  auto object = std::move(file).load();
  object.program("watch_me").run();
  return object;
}

// `count` page faults of this thread.
void touch_pages(std::size_t count) {
  const std::size_t length = count * 4096;
  void* pages = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  BOOST_REQUIRE(pages != MAP_FAILED);
  ::madvise(pages, length, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < length; at += 4096) static_cast<volatile char*>(pages)[at] = 1;
  ::munmap(pages, length);
}

bpf::unique_fd own_page_faults() {
  ::perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_PAGE_FAULTS;
  attributes.sample_period = 1;
  return bpf::unique_fd{
      static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(raw_tracepoints, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_raw_tracepoint_is_named_when_attaching) {
  const auto object = load_raw_tracepoint();
  auto link = attach(object.program("on_raw_tracepoint"), bpf::raw_tracepoint_options{"sys_enter"});
  call_getppid(10);
  link.detach();
  call_getppid(10);
  BOOST_TEST(counted_at(object, by_raw_tracepoint) == 10U);
}

BOOST_AUTO_TEST_CASE(a_raw_tracepoint_that_is_not_there_is_named) {
  const auto object = load_raw_tracepoint();
  const auto program = object.program("on_raw_tracepoint");
  const auto thrown =
      error_of([&] { static_cast<void>(attach(program, bpf::raw_tracepoint_options{"no_such"})); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "to the raw tracepoint no_such: "));
  BOOST_TEST(says(thrown, "no such tracepoint on this kernel"));
  BOOST_TEST(says(error_of([&] { static_cast<void>(attach(program)); }), "SEC(\"raw_tp/<name>\")"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(perf_events, *needs_bpf())

BOOST_AUTO_TEST_CASE(every_nth_event_of_this_process_runs_the_program) {
  const auto object = load_only("probes", {"on_perf_event"});
  auto link = attach(object.program("on_perf_event"),
                     bpf::perf_event_options{.event = "page-faults", .period = 1, .pid = ::getpid()});
  BOOST_TEST(link.native_handle() >= 0);
  touch_pages(100);
  link.detach();
  const auto counted = counted_at(object, by_perf_event);
  BOOST_TEST(counted >= 100U);
  touch_pages(100);
  BOOST_TEST(counted_at(object, by_perf_event) == counted);
}

BOOST_AUTO_TEST_CASE(a_period_is_how_many_events_a_run_takes) {
  const auto object = load_only("probes", {"on_perf_event"});
  const auto link = attach(object.program("on_perf_event"),
                           bpf::perf_event_options{.event = "page-faults", .period = 10, .pid = ::getpid()});
  touch_pages(100);
  const auto counted = counted_at(object, by_perf_event);
  BOOST_TEST(counted >= 10U);
  BOOST_TEST(counted < 30U);
}

BOOST_AUTO_TEST_CASE(a_frequency_samples_all_cpus) {
  const auto object = load_only("probes", {"on_perf_event"});
  const auto link = attach(object.program("on_perf_event"), bpf::perf_event_options{.frequency = 1000});
  const auto end = std::chrono::steady_clock::now() + watchdog;
  while (counted_at(object, by_perf_event) < 10 && std::chrono::steady_clock::now() < end) {
  }
  BOOST_TEST(counted_at(object, by_perf_event) >= 10U);
  BOOST_TEST(counted_at(object, by_anyone) >= 10U);
  BOOST_TEST(link.native_handle() == (std::thread::hardware_concurrency() == 1 ? link.native_handle() : -1));
}

BOOST_AUTO_TEST_CASE(an_event_that_was_opened_before_is_the_links) {
  const auto object = load_only("probes", {"on_perf_event"});
  auto link = attach(object.program("on_perf_event"), bpf::open_perf_event{own_page_faults()});
  touch_pages(10);
  link.detach();
  BOOST_TEST(counted_at(object, by_perf_event) >= 10U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_an_event_is_named) {
  const auto object = load_only("probes", {"on_perf_event"});
  const auto error_for = [&](const bpf::perf_event_options& options) {
    return error_of([&] { static_cast<void>(attach(object.program("on_perf_event"), options)); });
  };
  const auto unknown = error_for({.event = "no-such-event", .period = 1});
  BOOST_TEST((unknown.code() == bpf::errc::not_found));
  BOOST_TEST(says(unknown, "page-faults"));
  BOOST_TEST((error_for({.event = "cpu-clock"}).code() == bpf::errc::wrong_size));
  BOOST_TEST((error_for({.frequency = 1, .period = 1}).code() == bpf::errc::wrong_size));
  BOOST_TEST(says(error_for({.period = 1, .pid = 999999999}), "no process 999999999"));
  BOOST_TEST(says(error_for({.frequency = 1U << 30}), "kernel.perf_event_max_sample_rate"));
  BOOST_TEST(says(error_of([&] { static_cast<void>(attach(object.program("on_perf_event"))); }),
                  "perf_event_options (attach_perf_event)"));
}

BOOST_AUTO_TEST_CASE(a_hardware_event_arrives_or_the_machine_is_said_not_to_count_it) {
  const auto object = load_only("probes", {"on_perf_event"});
  const bpf::perf_event_options cycles{.event = "cycles", .period = 100'000, .pid = ::getpid()};
  if (::access("/sys/bus/event_source/devices/cpu", F_OK) == 0) {
    const auto link = attach(object.program("on_perf_event"), cycles);
    const auto end = std::chrono::steady_clock::now() + watchdog;
    while (counted_at(object, by_perf_event) == 0 && std::chrono::steady_clock::now() < end) {
    }
    BOOST_TEST(counted_at(object, by_perf_event) > 0U);
  } else {
    const auto thrown = error_of([&] { static_cast<void>(attach(object.program("on_perf_event"), cycles)); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "this machine does not count it"));
  }
}

BOOST_AUTO_TEST_CASE(the_names_of_events_are_known) {
  const auto names = bpf::perf_event_names();
  BOOST_TEST((std::find(names.begin(), names.end(), "cpu-clock") != names.end()));
}

BOOST_AUTO_TEST_SUITE_END()
