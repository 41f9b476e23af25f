#include "bpf_printing.hpp"
#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "time_limit.hpp"

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;
using namespace std::chrono_literals;

namespace {

// The fastest of a few: what else the machine does is not ours.
template <class Action>
std::chrono::nanoseconds time_of(Action&& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_types, *needs_bpf())

BOOST_AUTO_TEST_CASE(the_kernels_types_are_opened_and_found_in_time) {
  auto open = std::chrono::nanoseconds::max();
  auto first = std::chrono::nanoseconds::max();
  for (int i = 0; i < 10; ++i) {
    std::optional<bpf::btf> kernel;
    open = std::min(open, time_of([&] { kernel.emplace(bpf::btf::of_kernel()); }));
    first = std::min(first, time_of([&] { kernel->find("task_struct"); }));
  }
  BOOST_TEST_MESSAGE("opened in " << open.count() << " ns, the first one found in " << first.count()
                                  << " ns");
  BOOST_TEST((open < time_limit(100ms)));
  BOOST_TEST((first < time_limit(10ms)));
}

BOOST_AUTO_TEST_CASE(a_struct_of_the_kernel_is_read) {
  const auto kernel = bpf::btf::of_kernel();
  const auto task = kernel.find("struct task_struct");
  const auto fields = fields_of(*task);
  const auto comm =
      std::find_if(fields.begin(), fields.end(), [](const auto& one) { return one.name == "comm"; });
  BOOST_REQUIRE((comm != fields.end()));
  BOOST_TEST(to_string(*comm->type) == "char[16]");
  BOOST_TEST((kernel.find("pid_t")->kind == bpf::type_kind::integer));
  BOOST_TEST(
      says(error_of([&] { kernel.find("no_such_type"); }), "no type of that name in the kernel's BTF"));
}

BOOST_AUTO_TEST_CASE(a_misspelt_name_gets_those_that_are_similar) {
  const auto kernel = bpf::btf::of_kernel();
  for (const std::string name : {"task_strcut", "struct task_strct", "ask_struct"}) {
    BOOST_TEST(says(error_of([&] { kernel.find(name); }), "; similar names: "));
    BOOST_TEST(says(error_of([&] { kernel.find(name); }), "task_struct"));
  }
  const std::string told = error_of([&] { kernel.find("nothing_is_called_like_this"); }).what();
  BOOST_TEST(told == "type 'nothing_is_called_like_this': no type of that name in the kernel's BTF");
}

BOOST_AUTO_TEST_CASE(every_type_of_the_kernel_is_read) {
  const auto kernel = bpf::btf::of_kernel();
  for (std::uint32_t id = 0; id <= kernel.size(); ++id) BOOST_REQUIRE((kernel.at(id) != nullptr));
}

BOOST_AUTO_TEST_CASE(without_the_kernels_btf_the_remedy_is_named) {
  const auto told = in_child([]() -> std::string {
    make_mounts_private();
    ::umount2("/sys", MNT_DETACH);
    return error_of([] { bpf::btf::of_kernel(); }).what();
  });
  BOOST_TEST(told.find("read the kernel's BTF: No such file or directory; CO-RE needs a kernel built with "
                       "CONFIG_DEBUG_INFO_BTF") == 0U);
}

BOOST_AUTO_TEST_CASE(a_map_that_was_made_without_btf_says_so) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto thrown = error_of([&] { bpf::btf::of_map(object.map("first")); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
  BOOST_TEST(says(thrown, "read the BTF of the map first: it was made without BTF"));
}

BOOST_AUTO_TEST_CASE(a_map_knows_the_types_of_its_key_and_value) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto table = object.map("table");
  const auto types = bpf::btf::of_map(table);
  BOOST_TEST(to_string(*types.at(table.key_type_id())) == "__u32");
  BOOST_TEST(to_string(*types.at(table.value_type_id())) == "__u64");
}

BOOST_AUTO_TEST_CASE(the_kernels_types_are_written_as_a_header) {
  const std::string header = bpf::btf::of_kernel().c_header();
  BOOST_TEST(header.starts_with("#ifndef __VMLINUX_H__\n"));
  BOOST_TEST(header.ends_with("#endif\n"));
  BOOST_TEST((header.find("\nstruct task_struct {\n") != header.npos));
  BOOST_TEST((header.find("typedef __u32 u32;") != header.npos));
}

BOOST_AUTO_TEST_SUITE_END()
