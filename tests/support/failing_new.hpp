#pragma once

#include <atomic>
#include <limits>

namespace aiobpf::tests {

/// Allocations that fail on demand: a program that links aiobpf_failing_new has this operator new, on all of
/// its threads.
///
///   allocations_left = 3;      // the fourth from now on fails, and with `shortage` all after it
///   ...
///   allocations_left = never;
inline constexpr long never = std::numeric_limits<long>::max();

extern std::atomic<long> allocations_left;
extern std::atomic<bool> shortage;
extern std::atomic<long> failed_allocations;  ///< so far

}  // namespace aiobpf::tests
