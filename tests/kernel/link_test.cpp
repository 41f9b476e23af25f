#include "calls.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "raw_bytes.hpp"

#include <aiobpf/bpf/attach/btf_tracepoint.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/tracepoint.hpp>

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
  const auto thrown = error_of([&] { static_cast<void>(attach(object.program("on_getppid"))); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "mount -t tracefs tracefs /sys/kernel/tracing"));
}

BOOST_AUTO_TEST_CASE(a_section_says_where_a_raw_tracepoint_goes) {
  const auto object = load_calls();
  const auto link = attach(object.program("on_syscall"));
  BOOST_TEST(link.is_attached());
  BOOST_TEST(link.native_handle() >= 0);
  call(10);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 10U);
}

BOOST_AUTO_TEST_CASE(a_raw_tracepoint_sees_all_calls) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto link = attach(object.program("count_calls"));
  call(10);
  BOOST_TEST(number_at(object.map("array"), 0) >= 10U);
}

BOOST_AUTO_TEST_CASE(detach_ends_the_counting) {
  const auto object = load_calls();
  auto link = attach(object.program("on_syscall"));
  call(3);
  link.detach();
  call(5);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
  BOOST_TEST(!link.is_attached());
  BOOST_TEST(link.native_handle() == -1);
}

BOOST_AUTO_TEST_CASE(detach_is_idempotent) {
  const auto object = load_calls();
  auto link = attach(object.program("on_syscall"));
  link.detach();
  link.detach();
  BOOST_TEST(!link.is_attached());
}

BOOST_AUTO_TEST_CASE(a_dropped_link_detaches) {
  const auto object = load_calls();
  {
    const auto link = attach(object.program("on_syscall"));
    call(3);
  }
  call(5);
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
}

BOOST_AUTO_TEST_CASE(a_moved_link_stays_attached) {
  const auto object = load_calls();
  auto first = attach(object.program("on_syscall"));
  const auto second = std::move(first);
  call(3);
  BOOST_TEST(second.is_attached());
  BOOST_TEST(counted(object, by_raw_tracepoint) == 3U);
}

BOOST_AUTO_TEST_CASE(a_program_may_be_attached_again) {
  const auto object = load_calls();
  for (int i = 0; i < 2; ++i) {
    const auto link = attach(object.program("on_syscall"));
    call(4);
  }
  BOOST_TEST(counted(object, by_raw_tracepoint) == 8U);
}

BOOST_AUTO_TEST_CASE(a_syscall_program_is_not_attached) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(attach(object.program("watch_me"))); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "run() it"));
}

BOOST_AUTO_TEST_CASE(a_section_that_names_no_place_is_told_so) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(attach(object.program("anywhere"))); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "names no place"));
}

BOOST_AUTO_TEST_CASE(a_target_that_is_fixed_at_load_is_prepared_before) {
  auto file = open_calls();
  file.set_autoload("prepared", true);
  prepare(file.program("prepared"), bpf::btf_tracepoint_options{"sys_enter"});
  const auto object = load_calls(std::move(file));
  const auto link = attach(object.program("prepared"));
  call(10);
  BOOST_TEST(counted(object, by_prepared) == 10U);
}

BOOST_AUTO_TEST_CASE(a_late_preparation_and_an_early_attachment_name_the_phase) {
  auto file = open_calls();
  const auto early = error_of([&] { static_cast<void>(attach(file.program("on_syscall"))); });
  BOOST_TEST((early.code() == bpf::errc::wrong_phase));
  BOOST_TEST(says(early, "attach on_syscall by its section 'raw_tp/sys_enter': it is not loaded: load()"));
  const auto object = load_calls(std::move(file));
  const auto late =
      error_of([&] { prepare(object.program("on_syscall"), bpf::btf_tracepoint_options{"sys_enter"}); });
  BOOST_TEST((late.code() == bpf::errc::wrong_phase));
  BOOST_TEST(says(late, "prepare on_syscall for the tracepoint sys_enter: it is loaded"));
  BOOST_TEST(says(late, "before load()"));
}

BOOST_AUTO_TEST_CASE(a_btf_tracepoint_that_is_not_there_is_named_and_the_file_is_as_it_was) {
  auto file = open_calls();
  for (const std::string name : {"no_such_tracepoint", ""}) {
    const auto thrown =
        error_of([&] { prepare(file.program("prepared"), bpf::btf_tracepoint_options{name}); });
    BOOST_TEST(thrown.code() == errno_code(ESRCH));
    BOOST_TEST(says(thrown, "prepare prepared for the tracepoint " + name));
    BOOST_TEST(says(thrown, "no such tracepoint"));
  }
  const auto thrown =
      error_of([&] { prepare(file.program("anywhere"), bpf::btf_tracepoint_options{"sys_enter"}); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "only SEC(\"tp_btf\") programs"));
  // libbpf 1.1 frees the kernel's BTF, which it has read for a name, when it loads.
  BOOST_TEST(load_calls(std::move(file)).program("watch_me").is_loaded());
}

BOOST_AUTO_TEST_CASE(only_tracepoint_programs_go_to_a_tracepoint) {
  const auto object = load_calls();
  const auto thrown = error_of([&] {
    static_cast<void>(
        attach(object.program("on_syscall"), bpf::tracepoint_options{"syscalls", "sys_enter_getppid"}));
  });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tracepoint, *needs_bpf() * boost::unit_test::fixture<with_tracefs>())

BOOST_AUTO_TEST_CASE(a_section_says_where_a_tracepoint_is) {
  const auto object = load_calls();
  auto link = attach(object.program("on_getppid"));
  call(10);
  link.detach();
  call(10);
  BOOST_TEST(counted(object, by_tracepoint) == 10U);
}

BOOST_AUTO_TEST_CASE(a_tracepoint_is_named_when_attaching) {
  const auto object = load_calls();
  auto link = attach(object.program("anywhere"), bpf::tracepoint_options{"syscalls", "sys_enter_getppid"});
  call(10);
  link.detach();
  BOOST_TEST(counted(object, by_anywhere) == 10U);
}

BOOST_AUTO_TEST_CASE(a_cookie_is_what_the_program_gets) {
  auto file = open_calls();
  file.set_autoload("with_cookie", true);
  const auto object = load_calls(std::move(file));
  const auto link =
      attach(object.program("with_cookie"),
             bpf::tracepoint_options{.category = "syscalls", .name = "sys_enter_getppid", .cookie = 42});
  call(1);
  BOOST_TEST(counted(object, cookie) == 42U);
}

BOOST_AUTO_TEST_CASE(a_tracepoint_that_is_not_there_is_named) {
  const auto object = load_calls();
  const auto thrown = error_of([&] {
    static_cast<void>(attach(object.program("anywhere"), bpf::tracepoint_options{"syscalls", "no_such"}));
  });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "attach anywhere to the tracepoint syscalls/no_such"));
  BOOST_TEST(says(thrown, "no such tracepoint"));
}

BOOST_AUTO_TEST_CASE(a_section_of_a_tracepoint_that_is_not_there_is_named) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { static_cast<void>(attach(object.program("nowhere"))); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "sys_enter_no_such_call"));
  BOOST_TEST(says(thrown, "no such tracepoint"));
}

BOOST_AUTO_TEST_SUITE_END()
