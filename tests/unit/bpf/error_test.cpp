#include "bpf_printing.hpp"
#include "error_of.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>

#include <boost/test/unit_test.hpp>

#include <bpf/libbpf.h>

#include <cerrno>
#include <set>
#include <string>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(every_code_has_a_text_of_its_own) {
  std::set<std::string> texts;
  for (const auto code :
       {bpf::errc::closed, bpf::errc::busy, bpf::errc::not_found, bpf::errc::wrong_type,
        bpf::errc::wrong_size, bpf::errc::ring_corrupt, bpf::errc::btf_corrupt, bpf::errc::not_supported,
        bpf::errc::rejected, bpf::errc::ring_taken, bpf::errc::ended, bpf::errc::invalid_expression}) {
    const auto text = make_error_code(code).message();
    BOOST_TEST(text.find("unknown") == std::string::npos);
    BOOST_TEST(texts.insert(text).second);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_code_says_its_number) {
  const boost::system::error_code unknown{99, bpf::aiobpf_category()};
  BOOST_TEST(unknown.message().find("99") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(codes_compare_with_error_codes) {
  const boost::system::error_code code = bpf::errc::busy;
  BOOST_TEST((code == bpf::errc::busy));
  BOOST_TEST((code != bpf::errc::closed));
  BOOST_TEST(code.failed());
  BOOST_TEST(std::string{code.category().name()} == "aiobpf");
}

// Code 1 is `closed` here and EPERM there.
BOOST_AUTO_TEST_CASE(a_code_is_not_the_errno_of_the_same_number) {
  const boost::system::error_code errno_one{EPERM, boost::system::system_category()};
  BOOST_TEST((errno_one != make_error_code(bpf::errc::closed)));
}

BOOST_AUTO_TEST_CASE(what_is_the_message_alone) {
  const bpf::error thrown{bpf::errc::not_found, "open x: gone", "libbpf: a log"};
  BOOST_TEST(std::string{thrown.what()} == "open x: gone");
  BOOST_TEST(thrown.log() == "libbpf: a log");
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_CASE(the_verifier_log_is_cut_out_of_libbpfs) {
  const bpf::error thrown{bpf::errc::rejected, "load",
                          "libbpf: prog 'x': BPF program load failed\n"
                          "libbpf: prog 'x': -- BEGIN PROG LOAD LOG --\n"
                          "0: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid\n"
                          "-- END PROG LOAD LOG --\nlibbpf: failed\n"};
  BOOST_TEST(thrown.verifier_log() == "0: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid\n");
}

BOOST_AUTO_TEST_CASE(a_verifier_log_that_was_cut_off_is_given_as_far_as_it_goes) {
  const bpf::error thrown{bpf::errc::rejected, "load", "-- BEGIN PROG LOAD LOG --\n0: (79)"};
  BOOST_TEST(thrown.verifier_log() == "0: (79)");
}

BOOST_AUTO_TEST_CASE(without_a_verifier_there_is_no_verifier_log) {
  BOOST_TEST(bpf::error(bpf::errc::not_found, "open", "libbpf: no").verifier_log().empty());
  BOOST_TEST(bpf::error(bpf::errc::not_found, "open").verifier_log().empty());
}

BOOST_AUTO_TEST_CASE(an_errno_says_the_step_and_the_reason) {
  const auto thrown = error_of([] { bpf::throw_system_call(ENOENT, "look for it"); });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(std::string{thrown.what()} == "look for it: No such file or directory");
}

BOOST_AUTO_TEST_CASE(running_out_of_descriptors_names_the_limit_to_raise) {
  for (const int limit : {EMFILE, ENFILE}) {
    const auto thrown = error_of([&] { bpf::throw_system_call(limit, "make it"); });
    BOOST_TEST(thrown.code() == errno_code(limit));
    BOOST_TEST(says(thrown, limit == EMFILE ? "ulimit -n" : "fs.file-max"));
  }
}

// 4000 and up; strerror knows none of them.
BOOST_AUTO_TEST_CASE(numbers_of_libbpf_are_told_in_its_words) {
  for (const int number : {LIBBPF_ERRNO__LIBELF, LIBBPF_ERRNO__FORMAT, LIBBPF_ERRNO__RELOC}) {
    const auto thrown = error_of([&] { bpf::throw_system_call(number, "load it"); });
    BOOST_TEST((thrown.code() == boost::system::error_code{number, bpf::libbpf_category()}));
    BOOST_TEST(std::string{thrown.what()}.find("nknown") == std::string::npos);
  }
  const auto thrown = error_of([] { bpf::throw_system_call(LIBBPF_ERRNO__FORMAT, "load it"); });
  BOOST_TEST(says(thrown, "load it: BPF object format invalid"));
}

BOOST_AUTO_TEST_CASE(a_number_that_libbpf_does_not_know_is_told) {
  const auto thrown = error_of([] { bpf::throw_system_call(4999, "load it"); });
  BOOST_TEST(says(thrown, "4999"));
}

// ENOTSUPP of the kernel's own headers, which strerror does not know.
BOOST_AUTO_TEST_CASE(the_kernels_own_enotsupp_is_the_users) {
  const auto thrown = error_of([] { bpf::throw_system_call(524, "look it up"); });
  BOOST_TEST(thrown.code() == errno_code(EOPNOTSUPP));
}

BOOST_AUTO_TEST_SUITE_END()
