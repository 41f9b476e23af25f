#include <aiobpf/bpf/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

namespace bpf = aiobpf::bpf;

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(a_mounted_file_system_is_found) {
  BOOST_TEST(bpf::mount_point("proc") == "/proc");
}

BOOST_AUTO_TEST_CASE(a_mount_point_is_a_directory) {
  BOOST_TEST(std::filesystem::is_directory(bpf::mount_point("sysfs")));
}

BOOST_AUTO_TEST_CASE(what_is_not_mounted_is_empty) {
  BOOST_TEST(bpf::mount_point("no_such_file_system").empty());
  BOOST_TEST(bpf::mount_point("").empty());
}

BOOST_AUTO_TEST_CASE(the_libbpf_that_runs_is_the_one_that_was_built_with) {
  const std::string built = AIOBPF_LIBBPF_VERSION;  // "1.1.2"
  BOOST_TEST((built + '.').starts_with(bpf::libbpf_version() + '.'));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_a_sentence_each) {
  for (const auto& one : bpf::missing_for_bpf()) BOOST_TEST(one.size() > 20U);
}

BOOST_AUTO_TEST_SUITE_END()
