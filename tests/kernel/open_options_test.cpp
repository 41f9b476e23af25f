// What an object is opened with: another kernel's BTF, and a token.
#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <fstream>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

std::uint32_t offset_of_tgid(const bpf::open_options& options) {
  const auto object = bpf::object_file{bpf_object_path("field_offset"), options}.load();
  return object.program("offset_of_tgid").run().value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(open_options, *needs_bpf())

BOOST_AUTO_TEST_CASE(fields_are_where_the_given_btf_says) {
  const auto here = offset_of_tgid({});
  BOOST_TEST(here > 0U);
  BOOST_TEST(here != 4096U);
  BOOST_TEST(offset_of_tgid({.kernel_btf = bpf_object_path("other_kernel")}) == 4096U);
  BOOST_TEST(offset_of_tgid({.kernel_btf = "/sys/kernel/btf/vmlinux"}) == here);
}

BOOST_AUTO_TEST_CASE(btf_that_cannot_be_read_is_named) {
  const auto missing = error_of([] { offset_of_tgid({.kernel_btf = "/no/such/btf"}); });
  BOOST_TEST(missing.code() == errno_code(ENOENT));
  BOOST_TEST(says(missing, "/no/such/btf"));
  temporary_directory folder;
  std::ofstream{folder.path() / "text"} << "not BTF";
  BOOST_TEST(says(error_of([&] { offset_of_tgid({.kernel_btf = folder.path() / "text"}); }), "text"));
}

BOOST_AUTO_TEST_CASE(a_token_is_taken_from_its_file_system_or_libbpf_is_said_to_be_too_old) {
  temporary_mount without_delegation{"bpf"};
  const auto thrown = error_of([&] { offset_of_tgid({.token = without_delegation.path()}); });
  if (::libbpf_major_version() == 1 && ::libbpf_minor_version() < 5) {
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "a BPF token takes libbpf 1.5, and this is v1."));
  } else {
    BOOST_TEST(thrown.log().find(without_delegation.path().string()) != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
