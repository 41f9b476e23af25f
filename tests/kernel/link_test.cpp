#include "calls.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "raw_bytes.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Both places where libbpf looks for it.
void unmount_tracefs() {
  make_mounts_private();
  while (::umount2("/sys/kernel/tracing", MNT_DETACH) == 0) {
  }
  while (::umount2("/sys/kernel/debug", MNT_DETACH) == 0) {
  }
}

}  // namespace

// Not `link`: that is a POSIX function.
BOOST_AUTO_TEST_SUITE(links, *needs_bpf())

// First: libbpf remembers where it found tracefs.
BOOST_AUTO_TEST_CASE(without_tracefs_the_remedy_is_named) {
  unmount_tracefs();
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(object.program("on_getppid").attach()); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "mount -t tracefs tracefs /sys/kernel/tracing"));
}

BOOST_AUTO_TEST_CASE(a_section_says_where_a_raw_tracepoint_goes) {
  const auto object = load_calls();
  const auto link = object.program("on_syscall").attach();
  BOOST_TEST(link.is_attached());
  BOOST_TEST(link.native_handle() >= 0);
  call(10);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 10U);
}

BOOST_AUTO_TEST_CASE(a_raw_tracepoint_sees_all_calls) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto link = object.program("count_calls").attach();
  call(10);
  BOOST_TEST(number_at(object.map("array"), 0) >= 10U);
}

BOOST_AUTO_TEST_CASE(detach_ends_the_counting) {
  const auto object = load_calls();
  auto link = object.program("on_syscall").attach();
  call(3);
  link.detach();
  call(5);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
  BOOST_TEST(!link.is_attached());
  BOOST_TEST(link.native_handle() == -1);
}

BOOST_AUTO_TEST_CASE(detach_is_idempotent) {
  const auto object = load_calls();
  auto link = object.program("on_syscall").attach();
  link.detach();
  link.detach();
  BOOST_TEST(!link.is_attached());
}

BOOST_AUTO_TEST_CASE(a_dropped_link_detaches) {
  const auto object = load_calls();
  {
    const auto link = object.program("on_syscall").attach();
    call(3);
  }
  call(5);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
}

BOOST_AUTO_TEST_CASE(a_moved_link_stays_attached) {
  const auto object = load_calls();
  auto first = object.program("on_syscall").attach();
  const auto second = std::move(first);
  call(3);
  BOOST_TEST(second.is_attached());
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
}

BOOST_AUTO_TEST_CASE(a_program_may_be_attached_again) {
  const auto object = load_calls();
  for (int i = 0; i < 2; ++i) {
    const auto link = object.program("on_syscall").attach();
    call(4);
  }
  BOOST_TEST(counted(object, by_raw_tracepoint) == 8U);
}

BOOST_AUTO_TEST_CASE(a_syscall_program_is_not_attached) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(object.program("watch_me").attach()); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "run() it"));
}

BOOST_AUTO_TEST_CASE(a_section_that_names_no_place_is_told_so) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(object.program("anywhere").attach()); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "names no place"));
}

BOOST_AUTO_TEST_CASE(only_tracepoint_programs_go_to_a_tracepoint) {
  const auto object = load_calls();
  const auto thrown = error_of([&] {
    static_cast<void>(object.program("on_syscall").attach_tracepoint("syscalls", "sys_enter_getppid"));
  });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tracepoint, *needs_bpf() * boost::unit_test::fixture<with_tracefs>())

BOOST_AUTO_TEST_CASE(a_section_says_where_a_tracepoint_is) {
  const auto object = load_calls();
  auto link = object.program("on_getppid").attach();
  call(10);
  link.detach();
  call(10);
  BOOST_TEST(counted(object, by_tracepoint) == 10U);
}

BOOST_AUTO_TEST_CASE(a_tracepoint_is_named_when_attaching) {
  const auto object = load_calls();
  auto link = object.program("anywhere").attach_tracepoint("syscalls", "sys_enter_getppid");
  call(10);
  link.detach();
  BOOST_TEST(counted(object, by_anywhere) == 10U);
}

BOOST_AUTO_TEST_CASE(a_tracepoint_that_is_not_there_is_named) {
  const auto object = load_calls();
  const auto thrown = error_of(
      [&] { static_cast<void>(object.program("anywhere").attach_tracepoint("syscalls", "no_such")); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "attach anywhere to the tracepoint syscalls/no_such"));
  BOOST_TEST(says(thrown, "no such tracepoint"));
}

BOOST_AUTO_TEST_CASE(a_section_of_a_tracepoint_that_is_not_there_is_named) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(object.program("nowhere").attach()); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "sys_enter_no_such_call"));
  BOOST_TEST(says(thrown, "no such tracepoint"));
}

BOOST_AUTO_TEST_SUITE_END()
