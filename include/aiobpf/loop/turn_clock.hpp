#pragma once

#include <aiobpf/loop/pacer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace aiobpf::loop {

/// When a consumer that always finds a record has to let its loop run. A state machine without I/O: its
/// input is records and the time. The clock is looked at every few records only, as many as a pacer
/// allows at the rate just seen.
///
///   if (!clock.tick() && clock.look(now())) yield();   // before each record
///   clock.resume();                                    // whenever the loop has run
///
/// Threads  one at a time
class turn_clock {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A turn lasts `turn_time`; at most `between_looks` records pass between two looks: a consumer that turns
  /// slow is noticed.
  turn_clock(std::chrono::nanoseconds turn_time, std::size_t between_looks) noexcept
      : turn_time_(turn_time), pacer_(turn_time / 4, 1, between_looks) {}

  /// One more record. True when it may be taken without a look at the clock.
  bool tick() noexcept {
    if (until_look_ > 1) {
      --until_look_;
      return true;
    }
    until_look_ = 0;
    return false;
  }

  /// The clock was looked at, for the record of the last tick(). Whether the turn is over.
  bool look(time_point now) noexcept {
    if (std::exchange(resumed_, false)) {
      turn_began_ = now;
    } else {
      pacer_.spent(std::max<std::size_t>(stride_ - until_look_, 1), now - looked_);
    }
    looked_ = now;
    stride_ = until_look_ = look_at_each_ ? 1 : pacer_.allowance();
    return now - turn_began_ >= turn_time_;
  }

  /// The loop has run: a turn begins with the next record, which is looked at.
  void resume() noexcept {
    resumed_ = true;
    until_look_ = 1;
  }

  /// From now on, whether each record is looked at.
  void look_at_each(bool each) noexcept {
    look_at_each_ = each;
    if (!each || until_look_ <= 1) return;
    stride_ -= until_look_ - 1;
    until_look_ = 1;
  }

private:
  std::chrono::nanoseconds turn_time_;
  pacer pacer_;
  std::size_t until_look_ = 1;
  std::size_t stride_ = 1;
  time_point turn_began_{};
  time_point looked_{};
  bool resumed_ = true;
  bool look_at_each_ = false;
};

}  // namespace aiobpf::loop
