// Programs whose target is fixed when they load, iterators and struct_ops.
#include "counting.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "kernel_features.hpp"
#include "network.hpp"
#include "trampolines.hpp"

#include <aiobpf/bpf/attach/cgroup.hpp>
#include <aiobpf/bpf/attach/fentry.hpp>
#include <aiobpf/bpf/attach/freplace.hpp>
#include <aiobpf/bpf/attach/iterator.hpp>
#include <aiobpf/bpf/attach/lsm.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/struct_ops.hpp>

#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Where targets.bpf.c counts.
enum place : std::uint32_t {
  by_fentry,
  by_fexit,
  by_fmod_ret,
  by_lsm,
  by_struct_ops,
  by_lsm_cgroup,
  returned = 32
};

struct task_seen {
  std::uint32_t thread;
  std::uint32_t process;
};

std::vector<task_seen> tasks_of(const bpf::link& link) {
  const auto bytes = bpf::read_iterator(link);
  BOOST_REQUIRE(bytes.size() % sizeof(task_seen) == 0);
  std::vector<task_seen> tasks(bytes.size() / sizeof(task_seen));
  std::memcpy(tasks.data(), bytes.data(), bytes.size());
  return tasks;
}

// Prepares one program for `target`, and proves that it sees each of ten calls, or that loading says that the
// kernel refuses its kind.
template <class Options>
void check_target(const char* program, place where, const Options& options, void (*call)(int)) {
  auto file = open_only("targets", {program});
  prepare(file.program(program), options);
  if (!has_trampolines()) {
    const auto thrown = error_of([&] { std::move(file).load(); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, std::string{"program '"} + program + "'"));
    BOOST_TEST(says(thrown, "this kernel refuses"));
    return;
  }
  const auto object = std::move(file).load();
  object.program("watch_me").run();
  auto link = attach(object.program(program));
  call(10);
  link.detach();
  call(10);
  BOOST_TEST(counted_at(object, where) == 10U);
  if (where == by_fexit) BOOST_TEST(counted_at(object, returned) == static_cast<std::uint64_t>(::getpgid(0)));
}

void call_getpgid(int times) {
  for (int i = 0; i < times; ++i) ::syscall(SYS_getpgid, ::getpid());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(targets, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_function_is_entered_and_left) {
  check_target("on_fentry", by_fentry, bpf::fentry_options{"security_task_getpgid"}, call_getpgid);
  // What it returns is known; where nothing is traced, any function of BTF will do.
  const auto function = has_trampolines() ? function_of_call("getpgid") : "security_task_getpgid";
  check_target("on_fexit", by_fexit, bpf::fentry_options{function}, call_getpgid);
}

BOOST_AUTO_TEST_CASE(a_functions_answer_is_changed) {
  check_target("on_fmod_ret", by_fmod_ret, bpf::fentry_options{"security_task_getpgid"}, call_getpgid);
}

BOOST_AUTO_TEST_CASE(a_hook_of_security_modules) {
  check_target("on_lsm", by_lsm, bpf::lsm_options{"task_getpgid"}, call_getpgid);
}

BOOST_AUTO_TEST_CASE(a_hook_of_security_modules_for_a_control_group) {
  auto file = open_only("targets", {"on_lsm_cgroup"});
  if (!has_trampolines()) {
    const auto thrown = error_of([&] { std::move(file).load(); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "program 'on_lsm_cgroup'"));
    return;
  }
  const auto object = std::move(file).load();
  auto link = attach(object.program("on_lsm_cgroup"), bpf::cgroup_options{bpf::mount_point("cgroup2")});
  const auto make_sockets = [] {
    for (int i = 0; i < 10; ++i) bpf::unique_fd{::socket(AF_INET, SOCK_DGRAM, 0)};
  };
  make_sockets();
  link.detach();
  make_sockets();
  BOOST_TEST(counted_at(object, by_lsm_cgroup) == 10U);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_not_in_btf_is_named) {
  auto file = open_only("targets", {});
  const auto function =
      error_of([&] { prepare(file.program("on_fentry"), bpf::fentry_options{"no_such_function"}); });
  BOOST_TEST(function.code() == errno_code(ESRCH));
  BOOST_TEST(says(function, "prepare on_fentry for the function no_such_function: "));
  BOOST_TEST(says(function, "no such function in the kernel's BTF"));
  const auto hook = error_of([&] { prepare(file.program("on_lsm"), bpf::lsm_options{"no_such_hook"}); });
  BOOST_TEST(says(hook, "no such hook in the kernel's BTF"));
  const auto by_section = error_of([] { open_only("targets", {"on_nothing"}).load(); });
  BOOST_TEST(says(by_section, "program 'on_nothing': "));
  BOOST_TEST(says(by_section, "'no_such_function' in the kernel's BTF"));
}

BOOST_AUTO_TEST_CASE(a_function_of_a_program_is_replaced) {
  const auto base = open_only("network", {}).load();
  const auto target = base.program("on_xdp");
  std::array<std::byte, 64> packet{};
  const auto answer = [&] { return target.run({.data = packet}).value; };
  BOOST_TEST(answer() == 2U);  // XDP_PASS
  auto file = open_only("targets", {"replacement"});
  prepare(file.program("replacement"), bpf::freplace_options{target.native_handle(), "choose"});
  if (!has_trampolines()) {
    const auto thrown = error_of([&] { std::move(file).load(); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "program 'replacement'"));
    return;
  }
  const auto object = std::move(file).load();
  auto link = attach(object.program("replacement"));
  BOOST_TEST(answer() == 7U);
  link.detach();
  BOOST_TEST(answer() == 2U);
}

BOOST_AUTO_TEST_CASE(a_function_that_is_not_in_the_program_is_named) {
  const auto base = open_only("network", {}).load();
  auto file = open_only("targets", {"replacement"});
  const bpf::freplace_options missing{base.program("on_xdp").native_handle(), "no_such"};
  BOOST_TEST(says(error_of([&] { prepare(file.program("replacement"), missing); }), "no such function"));
  BOOST_TEST(says(error_of([&] {
                    prepare(file.program("replacement"), bpf::freplace_options{-1, "choose"});
                  }),
                  "a program that is loaded"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(iterators, *needs_bpf())

BOOST_AUTO_TEST_CASE(an_iterator_is_read_as_bytes_and_as_often_as_one_likes) {
  const auto object = load_only("targets", {});
  const auto link = attach(object.program("each_task"));
  for (int i = 0; i < 2; ++i) {
    std::set<std::uint32_t> processes;
    for (const auto& task : tasks_of(link)) processes.insert(task.process);
    BOOST_TEST(processes.contains(static_cast<std::uint32_t>(::getpid())));
    BOOST_TEST(processes.size() > 1U);
  }
}

BOOST_AUTO_TEST_CASE(an_iterator_is_narrowed_to_one_process) {
  const auto object = load_only("targets", {});
  const auto link = attach(object.program("each_task"), bpf::iterator_options{.pid = ::getpid()});
  const auto tasks = tasks_of(link);
  BOOST_TEST(tasks.size() == 1U);
  BOOST_TEST(tasks.at(0).process == static_cast<std::uint32_t>(::getpid()));
}

BOOST_AUTO_TEST_CASE(an_iterator_goes_over_a_map) {
  const auto object = load_only("targets", {});
  const auto counts = object.map("counts");
  for (const std::uint32_t key : {3U, 50U}) counts.update(raw(key), raw(std::uint64_t{1}));
  const auto link = attach(object.program("each_element"), bpf::iterator_options{.map = &counts});
  const auto bytes = bpf::read_iterator(link);
  std::array<std::uint32_t, 2> keys{};
  BOOST_REQUIRE(bytes.size() == sizeof(keys));
  std::memcpy(keys.data(), bytes.data(), bytes.size());
  BOOST_TEST(keys[0] == 3U);
  BOOST_TEST(keys[1] == 50U);
  const auto thrown =
      error_of([&] { static_cast<void>(attach(object.program("each_element"), bpf::iterator_options{})); });
  BOOST_TEST(says(thrown, "it goes over a map: name one"));
}

BOOST_AUTO_TEST_CASE(only_an_iterators_link_is_read) {
  const auto object = load_only("probes", {"on_uprobe"});
  auto link = attach(load_only("targets", {}).program("each_task"));
  link.detach();
  BOOST_TEST(says(error_of([&] { bpf::read_iterator(link); }), "detached"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(struct_ops, *needs_bpf() * boost::unit_test::fixture<own_network>())

BOOST_AUTO_TEST_CASE(a_struct_of_programs_is_the_kernels_until_the_link_ends) {
  const auto object = load_only("targets", {});
  const auto use = [] {
    const auto [client, server] = connected_pair();
    return ::setsockopt(client.get(), IPPROTO_TCP, TCP_CONGESTION, "aiobpf_test", 11);
  };
  BOOST_TEST(use() == -1);
  auto link = attach(object, bpf::struct_ops_options{"congestion"});
  BOOST_TEST(link.is_attached());
  BOOST_TEST(use() == 0);
  BOOST_TEST(counted_at(object, by_struct_ops) >= 1U);
  link.detach();
  BOOST_TEST(use() == -1);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_struct_is_named) {
  const auto object = load_only("targets", {});
  const auto error_for = [&](const char* map) {
    return error_of([&] { static_cast<void>(attach(object, bpf::struct_ops_options{map})); });
  };
  BOOST_TEST((error_for("no_such").code() == bpf::errc::not_found));
  BOOST_TEST(says(error_for("counts"), "not a variable in SEC(\".struct_ops\")"));
}

BOOST_AUTO_TEST_SUITE_END()
