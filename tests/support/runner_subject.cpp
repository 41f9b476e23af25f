// Cases that each end in another way, for check_runner.py: never run all together.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <stdexcept>

namespace ut = boost::unit_test;

BOOST_AUTO_TEST_CASE(passes) {
  BOOST_TEST(true);
}
BOOST_AUTO_TEST_CASE(warns) {
  BOOST_WARN(false);
}
BOOST_AUTO_TEST_CASE(fails) {
  BOOST_TEST(false);
}
BOOST_AUTO_TEST_CASE(throws) {
  throw std::runtime_error{"on purpose"};
}
BOOST_AUTO_TEST_CASE(leaks) {
  BOOST_TEST(::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
}
BOOST_AUTO_TEST_CASE(leaks_of_proc) {
  BOOST_TEST(::open("/proc/self/status", O_RDONLY | O_CLOEXEC) >= 0);
}
BOOST_AUTO_TEST_CASE(skips, *ut::precondition([](auto) { return false; })) {}
