#pragma once

#include <chrono>
#include <cstddef>

namespace aiobpf::loop {

/// How many records may be handed over before somebody looks at the clock, so that handling them stays
/// within a time. A state machine without I/O: told what the last ones cost, it answers for the next.
///
/// It starts small and doubles; a handler that turns slow is believed at once.
class pacer {
public:
  pacer(std::chrono::nanoseconds time, std::size_t start, std::size_t most) noexcept
      : time_(time), most_(most > 1 ? most : 1), allowance_(start < most_ ? start : most_) {}

  std::size_t allowance() const noexcept { return allowance_; }  ///< records, at least 1

  /// `records` were handled in `elapsed`.
  void spent(std::size_t records, std::chrono::nanoseconds elapsed) noexcept;

private:
  std::chrono::nanoseconds time_;
  std::size_t most_;
  std::size_t allowance_;
};

}  // namespace aiobpf::loop
