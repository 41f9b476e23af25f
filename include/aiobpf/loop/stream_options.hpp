#pragma once

#include <aiobpf/loop/budget.hpp>

#include <chrono>

namespace aiobpf::loop {

struct stream_options {
  /// The longest time that a record may wait before it is looked at. 0: at once, at the price of a wakeup for
  /// the traced program. 200 us makes a busy traced program many times cheaper.
  std::chrono::nanoseconds latency{0};
  budget turn{};  ///< of one read
};

}  // namespace aiobpf::loop
