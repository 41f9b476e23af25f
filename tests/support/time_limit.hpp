#pragma once

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>

namespace aiobpf::tests {

/// How many times slower code may run here than on the machine itself: tests/vm says it of emulated
/// processors.
inline int slowness() {
  const char* told = std::getenv("AIOBPF_SLOWNESS");
  return told == nullptr ? 1 : std::atoi(told);
}

/// The time that code may take in this build and on this machine, when it may take `limit` in a build for
/// users.
inline std::chrono::nanoseconds time_limit(std::chrono::nanoseconds limit) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr int sanitizers = 10;
#else
  constexpr int sanitizers = 1;
#endif
  return limit * sanitizers * slowness();
}

/// For a test of what the library promises of milliseconds: skips, and says so, on an emulated processor,
/// which counts the host's other work as its own.
inline boost::unit_test::decorator::precondition needs_real_time() {
  return boost::unit_test::decorator::precondition{
      [](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
        boost::test_tools::assertion_result result{slowness() == 1};
        result.message() << "this processor is emulated";
        return result;
      }};
}

}  // namespace aiobpf::tests
