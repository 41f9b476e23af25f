#pragma once

#include <aiobpf/loop/channel.hpp>

#include <chrono>
#include <cstdint>

namespace aiobpf::loop {

/// Decides when a channel is drained. A state machine without I/O: after each drain it answers
/// what to do next. One knob: `latency`, the longest time that a record may wait.
///
/// latency == 0: wait for the descriptor whenever nothing is left; every record that finds us waiting costs
/// the traced program a wakeup (microseconds, in its own context).
///
/// latency > 0: after a drain, look again only `latency` later, and keep the last record unreleased until
/// then. The kernel's adaptive wakeup fires only for a reader that has caught up (kernel/bpf/ringbuf.c,
/// bpf_ringbuf_commit: cons_pos == rec_pos); one that holds a record back never has, so the traced program
/// pays for no wakeup while records flow. A window in which nothing came ends the hold-back.
///
/// A window in which less than two records come costs more than it saves: the timer that ends it replaces the
/// wakeup, and the reader pays for both. So a window is opened only when records come fast enough, judged by
/// the time between the last two drains that found some.
///
/// Loans: while a batch has records on loan, nothing that comes after them is announced. When a drain in that
/// state finds nothing, the next look is after a pause, which doubles from look to look.
///
/// Threads  as a value
class wake_policy {
public:
  using clock = std::chrono::steady_clock;

  /// The first pause while records are on loan elsewhere, and the longest one.
  static constexpr std::chrono::nanoseconds shortest_pause = std::chrono::microseconds{20};
  static constexpr std::chrono::nanoseconds longest_pause = std::chrono::milliseconds{1};

  /// The longest window; a longer `latency` is kept by looking more often.
  static constexpr std::chrono::nanoseconds longest_window = std::chrono::minutes{1};

  /// A window is opened when at least this many records are expected in it.
  static constexpr int records_that_pay = 2;

  enum class action : std::uint8_t {
    drain,    ///< there may be more: drain in this turn or the next
    release,  ///< release what is held back, then drain at once: what came meanwhile made no wakeup
    pause,    ///< drain at wake_at(), whatever the descriptor says
    wait,     ///< drain when the descriptor says so
  };

  explicit wake_policy(std::chrono::nanoseconds latency = {}) noexcept;

  /// Whether the next drain asks for wakeups (drain_request::wakeups), or holds back its last record.
  bool wants_wakeups() const noexcept { return !holding_ && !window_pays_; }

  /// After a drain that ended at `now`, neither `ended` nor `failed`. What was decided stays next().
  action drained(clock::time_point now, const drain_result& result) noexcept;

  action next() const noexcept { return next_; }
  clock::time_point wake_at() const noexcept { return wake_at_; }  ///< of a pause

private:
  void judge(clock::time_point now, std::size_t records) noexcept;
  action decide(action next, clock::time_point wake_at) noexcept;

  action next_ = action::drain;
  bool holding_ = false;      // the last record is unreleased
  bool window_pays_ = false;  // records come fast enough
  std::chrono::nanoseconds latency_;
  clock::time_point wake_at_{};
  std::chrono::nanoseconds pause_ = shortest_pause;
  clock::time_point found_at_{};  // the last drain that found records
};

}  // namespace aiobpf::loop
