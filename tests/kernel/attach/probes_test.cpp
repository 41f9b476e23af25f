// Probes of functions: of the kernel, and of user space.
#include "counting.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "kernel_features.hpp"
#include "mounts.hpp"
#include "probed.h"

#include <aiobpf/bpf/attach/kprobe.hpp>
#include <aiobpf/bpf/attach/kprobe_multi.hpp>
#include <aiobpf/bpf/attach/ksyscall.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/uprobe.hpp>
#include <aiobpf/bpf/attach/uprobe_multi.hpp>
#include <aiobpf/bpf/attach/usdt.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <tuple>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Where probes.bpf.c counts.
enum place : std::uint32_t {
  by_kprobe,
  by_kretprobe,
  by_kprobe_multi,
  by_ksyscall,
  by_uprobe,
  by_uretprobe,
  by_uprobe_multi,
  by_usdt,
  cookie = 32,
  argument,
  returned,
};

bpf::object load_probes(std::initializer_list<const char*> programs) {
  return load_only("probes", programs);
}

const std::string library = bpf_object_path("x").parent_path() / "libprobed.so";

// Attaches, and proves that each of `times` events is counted while attached, and none later. Where the
// kernel has no such probes, that the error says so.
template <class Attach>
void check_calls(bool kernel_has_it, const char* what_is_missing, const bpf::object& object, place where,
                 Attach attach_it) {
  if (!kernel_has_it) {
    const auto thrown = error_of([&] { static_cast<void>(attach_it()); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, what_is_missing));
    return;
  }
  bpf::link link = attach_it();
  call_getppid(10);
  link.detach();
  call_getppid(10);
  BOOST_TEST(counted_at(object, where) == 10U);
}

constexpr const char* no_kprobes = "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)";
constexpr const char* no_fprobes = "no fprobes (CONFIG_FPROBE)";

}  // namespace

BOOST_AUTO_TEST_SUITE(kprobes, *needs_bpf() * boost::unit_test::fixture<with_tracefs>())

BOOST_AUTO_TEST_CASE(a_kprobe_counts_calls_and_gets_its_cookie) {
  const auto object = load_probes({"on_kprobe"});
  check_calls(has_kprobes(), no_kprobes, object, by_kprobe, [&] {
    return attach(object.program("on_kprobe"),
                  bpf::kprobe_options{.function = function_of_call("getppid"), .cookie = 42});
  });
  if (has_kprobes()) BOOST_TEST(counted_at(object, cookie) == 42U);
}

BOOST_AUTO_TEST_CASE(a_kretprobe_gets_what_the_function_returned) {
  const auto object = load_probes({"on_kretprobe"});
  check_calls(has_kprobes(), no_kprobes, object, by_kretprobe, [&] {
    return attach(object.program("on_kretprobe"),
                  bpf::kprobe_options{.function = function_of_call("getppid"), .retprobe = true});
  });
  if (has_kprobes()) BOOST_TEST(counted_at(object, returned) == static_cast<std::uint64_t>(::getppid()));
}

// Where the second instruction begins depends on the compiler; the kernel refuses what is within one
// (EILSEQ).
BOOST_AUTO_TEST_CASE(a_kprobe_goes_into_a_function) {
  const auto object = load_probes({"on_kprobe"});
  const auto attach_at = [&](std::uint64_t offset) {
    return attach(object.program("on_kprobe"),
                  bpf::kprobe_options{.function = function_of_call("getppid"), .offset = offset});
  };
  const auto beyond = error_of([&] { static_cast<void>(attach_at(1U << 20)); });
  BOOST_TEST(says(beyond, function_of_call("getppid") + "+1048576: "));
  if (!has_kprobes()) return;
  std::optional<bpf::link> link;
  for (std::uint64_t offset = 1; !link && offset < 32; ++offset) {
    try {
      link = attach_at(offset);
    } catch (const bpf::error&) {
    }
  }
  BOOST_REQUIRE(link.has_value());
  call_getppid(10);
  BOOST_TEST(counted_at(object, by_kprobe) == 10U);
}

BOOST_AUTO_TEST_CASE(a_system_call_is_named_as_it_is_called) {
  const auto object = load_probes({"on_ksyscall"});
  check_calls(has_kprobes(), no_kprobes, object, by_ksyscall,
              [&] { return attach(object.program("on_ksyscall")); });
  const auto named = load_probes({"on_ksyscall"});
  check_calls(has_kprobes(), no_kprobes, named, by_ksyscall,
              [&] { return attach(named.program("on_ksyscall"), bpf::ksyscall_options{.name = "getppid"}); });
}

BOOST_AUTO_TEST_CASE(a_function_that_is_not_there_is_named) {
  const auto object = load_probes({"on_kprobe"});
  const auto thrown = error_of([&] {
    static_cast<void>(attach(object.program("on_kprobe"), bpf::kprobe_options{"no_such_function"}));
  });
  BOOST_TEST(says(thrown, "attach on_kprobe to no_such_function: "));
  if (has_kprobes()) {
    BOOST_TEST(thrown.code() == errno_code(ENOENT));
    BOOST_TEST(says(thrown, "no such function, or one that cannot be probed"));
  } else {
    BOOST_TEST(says(thrown, no_kprobes));
  }
}

BOOST_AUTO_TEST_CASE(a_section_without_a_function_says_how_to_name_one) {
  const auto object = load_probes({"on_kprobe", "on_uprobe", "on_usdt"});
  for (const std::string kind : {"kprobe", "uprobe", "usdt"}) {
    const auto thrown = error_of([&] { static_cast<void>(attach(object.program("on_" + kind))); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "names no place"));
    BOOST_TEST(says(thrown, kind + "_options (attach_" + kind + ")"));
  }
}

BOOST_AUTO_TEST_CASE(many_functions_by_one_link) {
  const auto object = load_probes({"on_kprobe_multi", "on_kretprobe_multi"});
  check_calls(has_fprobes(), no_fprobes, object, by_kprobe_multi, [&] {
    return attach(object.program("on_kprobe_multi"), bpf::kprobe_multi_options{.pattern = "*_sys_getppid"});
  });
  const auto listed = load_probes({"on_kprobe_multi"});
  check_calls(has_fprobes(), no_fprobes, listed, by_kprobe_multi, [&] {
    return attach(
        listed.program("on_kprobe_multi"),
        bpf::kprobe_multi_options{.functions = {function_of_call("getppid"), function_of_call("getpgid")},
                                  .cookies = {7, 8}});
  });
  if (has_fprobes()) BOOST_TEST(counted_at(listed, cookie) == 7U);
  const auto by_section = load_probes({"on_kretprobe_multi"});
  check_calls(has_fprobes(), no_fprobes, by_section, by_kprobe_multi,
              [&] { return attach(by_section.program("on_kretprobe_multi")); });
}

BOOST_AUTO_TEST_CASE(many_functions_are_given_in_one_way) {
  const auto object = load_probes({"on_kprobe_multi"});
  const auto program = object.program("on_kprobe_multi");
  for (const auto& wrong :
       {bpf::kprobe_multi_options{}, bpf::kprobe_multi_options{.pattern = "a", .functions = {"b"}},
        bpf::kprobe_multi_options{.functions = {"a", "b"}, .cookies = {1}}}) {
    const auto thrown = error_of([&] { static_cast<void>(attach(program, wrong)); });
    BOOST_TEST((thrown.code() == bpf::errc::wrong_size));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(uprobes, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_uprobe_counts_calls_and_gets_its_cookie) {
  const auto object = load_probes({"on_uprobe"});
  auto link = attach(object.program("on_uprobe"),
                     bpf::uprobe_options{.binary = library, .symbol = "probed_first", .cookie = 42});
  for (long i = 0; i < 10; ++i) probed_first(i);
  probed_second(1);
  link.detach();
  probed_first(99);
  BOOST_TEST(counted_at(object, by_uprobe) == 10U);
  BOOST_TEST(counted_at(object, cookie) == 42U);
  BOOST_TEST(counted_at(object, argument) == 9U);
}

BOOST_AUTO_TEST_CASE(a_uretprobe_gets_what_the_function_returned) {
  const auto object = load_probes({"on_uretprobe"});
  const auto link = attach(
      object.program("on_uretprobe"),
      bpf::uprobe_options{.binary = library, .symbol = "probed_first", .retprobe = true, .pid = ::getpid()});
  probed_first(41);
  BOOST_TEST(counted_at(object, by_uretprobe) == 1U);
  BOOST_TEST(counted_at(object, returned) == 42U);
}

BOOST_AUTO_TEST_CASE(a_uprobe_of_another_process_does_not_run_here) {
  const auto object = load_probes({"on_uprobe"});
  const auto link = attach(object.program("on_uprobe"),
                           bpf::uprobe_options{.binary = library, .symbol = "probed_first", .pid = 1});
  probed_first(1);
  BOOST_TEST(counted_at(object, by_uprobe) == 0U);
}

BOOST_AUTO_TEST_CASE(a_library_is_found_by_its_name) {
  const auto object = load_probes({"on_uprobe"});
  const auto link =
      attach(object.program("on_uprobe"), bpf::uprobe_options{.binary = "libc.so.6", .symbol = "getppid"});
  for (int i = 0; i < 10; ++i) ::getppid();
  BOOST_TEST(counted_at(object, by_uprobe) == 10U);
}

BOOST_AUTO_TEST_CASE(what_is_missing_for_a_uprobe_is_told_apart) {
  const auto object = load_probes({"on_uprobe", "on_nothing"});
  const auto program = object.program("on_uprobe");
  const auto error_for = [&](bpf::uprobe_options options) {
    return error_of([&] { static_cast<void>(attach(program, options)); });
  };
  const auto no_symbol = error_for({.binary = library, .symbol = "no_such"});
  BOOST_TEST(no_symbol.code() == errno_code(ENOENT));
  BOOST_TEST(says(no_symbol, "no symbol 'no_such'"));
  BOOST_TEST(says(no_symbol, "libprobed.so"));
  const auto no_library = error_for({.binary = "libno_such.so", .symbol = "f"});
  BOOST_TEST(no_library.code() == errno_code(ENOENT));
  BOOST_TEST(says(no_library, "no such library in "));
  const auto no_program = error_for({.binary = "no_such_program", .symbol = "f"});
  BOOST_TEST(says(no_program, "no such program in "));
  const auto no_file = error_for({.binary = "/no/such", .symbol = "f"});
  BOOST_TEST(says(no_file, "attach on_uprobe to /no/such:f: No such file or directory"));
  const auto by_section = error_of([&] { static_cast<void>(attach(object.program("on_nothing"))); });
  BOOST_TEST(says(by_section, "no symbol 'no_such_function'"));
}

BOOST_AUTO_TEST_CASE(many_symbols_by_one_link) {
  const auto object = load_probes({"on_uprobe_multi"});
  const auto program = object.program("on_uprobe_multi");
  const auto run_both = [] {
    for (long i = 0; i < 5; ++i) probed_first(probed_second(i));
  };
  const bpf::uprobe_multi_options by_pattern{.binary = library, .pattern = "probed_*"};
  if (!has_uprobe_multi()) {
    const auto thrown = error_of([&] { static_cast<void>(attach(program, by_pattern)); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "it needs kernel 6.6, and this one is "));
    return;
  }
  {
    const auto link = attach(program, by_pattern);
    run_both();
  }
  run_both();
  BOOST_TEST(counted_at(object, by_uprobe_multi) == 10U);
  {
    const auto link = attach(program, bpf::uprobe_multi_options{.binary = library,
                                                                .symbols = {"probed_first", "probed_second"},
                                                                .pid = ::getpid(),
                                                                .cookies = {7, 8}});
    run_both();
    BOOST_TEST(counted_at(object, cookie) == 7U);
    probed_second(1);
    BOOST_TEST(counted_at(object, cookie) == 8U);
  }
  BOOST_TEST(counted_at(object, by_uprobe_multi) == 21U);
  const auto returns = attach(
      program, bpf::uprobe_multi_options{.binary = library, .symbols = {"probed_first"}, .retprobe = true});
  run_both();
  BOOST_TEST(counted_at(object, by_uprobe_multi) == 26U);
}

BOOST_AUTO_TEST_CASE(what_is_missing_for_many_symbols_is_named) {
  const auto object = load_probes({"on_uprobe_multi", "on_uretprobe_multi"});
  const auto error_for = [&](const bpf::uprobe_multi_options& options) {
    return error_of([&] { static_cast<void>(attach(object.program("on_uprobe_multi"), options)); });
  };
  BOOST_TEST(
      says(error_for({.binary = library, .symbols = {"probed_first", "no_such"}}), "no symbol 'no_such'"));
  BOOST_TEST(says(error_for({.binary = library, .pattern = "no_such_*"}), "no function of "));
  BOOST_TEST(says(error_for({.binary = "/etc/passwd", .pattern = "*"}), "not a 64-bit ELF file"));
  BOOST_TEST((error_for({.binary = library}).code() == bpf::errc::wrong_size));
  BOOST_TEST(says(error_of([&] { static_cast<void>(attach(object.program("on_uretprobe_multi"))); }),
                  "/no/such/file:probed_*: No such file"));
}

BOOST_AUTO_TEST_CASE(a_pattern_is_of_the_whole_name) {
  if (!has_uprobe_multi()) return;  // many_symbols_by_one_link says what is missing
  for (const auto& [pattern, first, second] : {std::tuple{"probed_?irst", true, false},
                                               {"*second", false, true},
                                               {"p*d_*s*t", true, false},
                                               {"probed_first", true, false},
                                               {"*", true, true},
                                               {"*_first*", true, false}}) {
    const auto object = load_probes({"on_uprobe_multi"});
    const auto link = attach(object.program("on_uprobe_multi"),
                             bpf::uprobe_multi_options{.binary = library, .pattern = pattern});
    probed_first(1);
    BOOST_TEST(counted_at(object, by_uprobe_multi) == (first ? 1U : 0U), pattern);
    probed_second(1);
    BOOST_TEST(counted_at(object, by_uprobe_multi) == (first ? 1U : 0U) + (second ? 1U : 0U), pattern);
  }
  const auto object = load_probes({"on_uprobe_multi"});
  for (const auto* none : {"probed", "irst", "probed_first?", "?", "PROBED_FIRST"}) {
    BOOST_TEST(says(error_of([&] {
                      static_cast<void>(
                          attach(object.program("on_uprobe_multi"),
                                 bpf::uprobe_multi_options{.binary = library, .pattern = none}));
                    }),
                    "no function of "));
  }
}

// Whatever is in the file, it is an error or a place: nothing beyond the file is read.
BOOST_AUTO_TEST_CASE(a_damaged_binary_is_no_danger) {
  const auto object = load_probes({"on_uprobe_multi"});
  std::ifstream original{library, std::ios::binary};
  const std::string whole{std::istreambuf_iterator<char>{original}, {}};
  temporary_directory folder;
  const auto path = folder.path() / "damaged.so";
  int refused = 0;
  const auto try_with = [&](const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
    try {
      static_cast<void>(attach(object.program("on_uprobe_multi"),
                               bpf::uprobe_multi_options{.binary = path, .symbols = {"probed_first"}}));
    } catch (const bpf::error&) {
      ++refused;
    }
  };
  for (std::size_t at = 0; at < 64; ++at) {  // the ELF header
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    try_with(damaged);
  }
  for (std::size_t length = 0; length < whole.size(); length += 499) try_with(whole.substr(0, length));
  std::uint64_t sections = 0;
  std::memcpy(&sections, &whole[40], sizeof(sections));
  for (std::size_t at = sections; at < whole.size(); at += 3) {  // the section headers
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    try_with(damaged);
  }
  BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_CASE(a_usdt_probe_gives_its_argument) {
  const auto object = load_probes({"on_usdt"});
  auto link =
      attach(object.program("on_usdt"),
             bpf::usdt_options{
                 .binary = library, .provider = "aiobpf", .name = "probed", .pid = ::getpid(), .cookie = 42});
  for (long i = 0; i < 10; ++i) probed_usdt(-i);
  link.detach();
  probed_usdt(99);
  BOOST_TEST(counted_at(object, by_usdt) == 10U);
  BOOST_TEST(counted_at(object, argument) == static_cast<std::uint64_t>(-9));
  BOOST_TEST(counted_at(object, cookie) == 42U);
}

BOOST_AUTO_TEST_CASE(what_is_missing_for_a_usdt_probe_is_told_apart) {
  const auto object = load_probes({"on_usdt"});
  const auto error_for = [&](const bpf::usdt_options& options) {
    return error_of([&] { static_cast<void>(attach(object.program("on_usdt"), options)); });
  };
  const auto no_probe = error_for({library, "aiobpf", "no_such"});
  BOOST_TEST(no_probe.code() == errno_code(ENOENT));
  BOOST_TEST(says(no_probe, "has USDT probes, but none of that provider and name"));
  const auto no_notes = error_for({bpf_object_path("x").parent_path() / "libplain.so", "aiobpf", "probed"});
  BOOST_TEST(no_notes.code() == errno_code(ENOENT));
  BOOST_TEST(says(no_notes, "no USDT probes at all"));
}

BOOST_AUTO_TEST_SUITE_END()
