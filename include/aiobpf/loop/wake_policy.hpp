#pragma once

#include <aiobpf/loop/channel.hpp>
#include <aiobpf/loop/polling.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace aiobpf::loop {

/// What a wake_policy goes by.
struct wake_options {
  std::chrono::nanoseconds latency{0};  ///< the longest time that a record may wait
  std::optional<polling> poll{};
  std::size_t capacity = 0;  ///< bytes that fit into the channel's buffer; 0: it has no such limit
  bool edge = false;         ///< the channel's readiness
};

/// Decides when a channel is drained. A state machine without I/O: after each drain it answers
/// what to do next. One knob: `latency`, the longest time that a record may wait.
///
/// latency == 0: wait for the descriptor whenever nothing is left; every record that finds us waiting costs
/// the traced program a wakeup (microseconds, in its own context).
///
/// latency > 0: after a drain, look again only a window later, and keep the last record unreleased until
/// then. The kernel's adaptive wakeup fires only for a reader that has caught up (kernel/bpf/ringbuf.c,
/// bpf_ringbuf_commit: cons_pos == rec_pos); one that holds a record back never has, so the traced program
/// pays for no wakeup while records flow. (A perf buffer is given its quiet event instead.) A window in which
/// nothing came ends the hold-back.
///
/// The window is `latency`, less what timers were late recently, and no longer than it takes to fill a
/// quarter of the buffer at the recent rate.
///
/// A window in which less than two records come costs more than it saves: the timer that ends it replaces the
/// wakeup, and the reader pays for both. So a window is opened only when records come fast enough, judged by
/// the time between the last two drains that found some.
///
/// Polling: while records come, it looks again at once, and holds the last record back. After `idle` without
/// one it releases, and waits.
///
/// Loans: while a batch has records on loan, nothing that comes after them is announced. When a drain in that
/// state finds nothing, the next look is after a pause, which doubles from look to look. So it does when one
/// finds a busy head and nothing else, again and again.
///
/// Edge channels may have been written to without a wakeup just when they were released
/// (rings/cpu_buffer.hpp): they are looked at once more before they are waited for.
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

  /// A window is at most so long that this part of the buffer fills meanwhile: one quarter.
  static constexpr int part_that_fills = 4;

  enum class action : std::uint8_t {
    drain,    ///< there may be more: drain in this turn or the next
    release,  ///< release what is held back, then drain at once: what came meanwhile made no wakeup
    poll,     ///< drain in the next turn, which is in order at once
    pause,    ///< drain at wake_at(), whatever the descriptor says
    wait,     ///< drain when the descriptor says so
  };

  explicit wake_policy(const wake_options& options = {}) noexcept;

  /// Whether the next drain asks for wakeups (drain_request::wakeups), or holds back its last record.
  bool wants_wakeups() const noexcept { return !holding_ && !window_pays_ && !polls_; }

  /// After a drain that ended at `now`, neither `ended` nor `failed`. What was decided stays next().
  action drained(clock::time_point now, const drain_result& result) noexcept;

  action next() const noexcept { return next_; }
  clock::time_point wake_at() const noexcept { return wake_at_; }  ///< of a pause
  /// In a pause: the descriptor was readable more than once with nothing to take; it is not asked.
  bool backs_off() const noexcept { return fruitless_ > 1; }
  const std::optional<polling>& poll() const noexcept { return options_.poll; }

private:
  void judge(clock::time_point now, const drain_result& result) noexcept;
  std::chrono::nanoseconds window() const noexcept;
  action pause_longer(clock::time_point now) noexcept;
  action decide(action next, clock::time_point wake_at) noexcept;

  action next_ = action::drain;
  bool holding_ = false;      // the last record is unreleased
  bool window_pays_ = false;  // records come fast enough
  bool polls_ = false;        // records came recently enough
  bool look_again_ = false;   // an edge channel was released
  unsigned fruitless_ = 0;    // drains in a row that found a busy head and nothing else
  wake_options options_;
  clock::time_point wake_at_{};
  std::chrono::nanoseconds pause_ = shortest_pause;
  std::chrono::nanoseconds late_{0};                    // how late pauses end
  std::chrono::nanoseconds fills_in_ = longest_window;  // a quarter of the buffer
  clock::time_point found_at_{};                        // the last drain that found records
  std::size_t bytes_ = 0;                               // found at that moment
};

}  // namespace aiobpf::loop
