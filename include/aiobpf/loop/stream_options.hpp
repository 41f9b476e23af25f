#pragma once

#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/polling.hpp>

#include <chrono>
#include <optional>

namespace aiobpf::loop {

struct stream_options {
  /// The longest time that a record may wait before it is looked at. 0: at once, at the price of a wakeup for
  /// the traced program. 200 us makes a busy traced program many times cheaper.
  std::chrono::nanoseconds latency{0};
  budget turn{};  ///< of one read
  /// Looks for records without waiting, for those who give a processor: they are delivered in less than a
  /// microsecond, and programs pay for no wakeup. An io_context goes on serving its other handlers; a
  /// background stream has its own thread then.
  std::optional<polling> poll{};
};

}  // namespace aiobpf::loop
