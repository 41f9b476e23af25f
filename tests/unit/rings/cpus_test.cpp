#include <aiobpf/rings/cpus.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace rings = aiobpf::rings;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(cpus)

BOOST_AUTO_TEST_CASE(lists_are_read_as_sysfs_writes_them) {
  const auto check = [](const char* list, std::vector<int> expected) {
    BOOST_TEST_CONTEXT(list) BOOST_TEST(rings::parse_cpus(list) == expected, per_element());
  };
  check("0\n", {0});
  check("0-3\n", {0, 1, 2, 3});
  check("0,2-3,9\n", {0, 2, 3, 9});
  check("", {});
  check("\n", {});
  check("3-1", {});
  check("1,x", {1});
  check("-1", {});
  check("1-", {});
}

BOOST_AUTO_TEST_CASE(this_machine_has_online_cpus_and_all_of_them_are_present) {
  const auto present = rings::cpus::present();
  const auto online = rings::cpus{}.online();
  BOOST_TEST(!online.empty());
  BOOST_TEST(std::includes(present.begin(), present.end(), online.begin(), online.end()));
}

BOOST_AUTO_TEST_SUITE_END()
