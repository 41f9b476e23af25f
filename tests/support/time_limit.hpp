#pragma once

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

}  // namespace aiobpf::tests
