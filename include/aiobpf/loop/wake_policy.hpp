#pragma once

#include <aiobpf/bpf/ring_reader.hpp>
#include <aiobpf/loop/source.hpp>

#include <algorithm>
#include <chrono>

namespace aiobpf::loop {

/// Decides when a source is looked at. A state machine without I/O: told of drains and of time, it
/// answers what to do next. One knob: `latency`, the longest time that a record may wait.
///
/// latency == 0: arm the descriptor whenever nothing is left; every record that finds us waiting costs the
/// traced program a wakeup (microseconds, in its own context).
///
/// latency > 0: after a drain, look again only `latency` later, and keep the last record unreleased until
/// then. The kernel's adaptive wakeup fires only for a reader that has caught up (kernel/bpf/ringbuf.c,
/// bpf_ringbuf_commit: cons_pos == rec_pos); one that holds a record back never has, so the traced
/// program pays for no wakeup while records flow. A window without records ends the hold-back.
///
/// Busy head: a reserved record that is not submitted keeps the descriptor readable while nothing can be
/// taken. Then we look again after a pause that doubles, not whenever the descriptor says so. The same when
/// somebody keeps a batch that has records on loan: they keep it readable too.
///
/// Threads  as a value
class wake_policy {
public:
  using clock = std::chrono::steady_clock;

  /// How long a first pause before a busy head is, and the longest one.
  static constexpr std::chrono::nanoseconds busy_pause = std::chrono::microseconds{20};
  static constexpr std::chrono::nanoseconds busy_pause_limit = std::chrono::milliseconds{1};

  /// Records submitted with BPF_RB_NO_WAKEUP make no descriptor readable that is armed already: this
  /// often, a waiting source is looked at all the same.
  static constexpr std::chrono::nanoseconds safety_look = std::chrono::milliseconds{100};

  /// The longest window; a longer `latency` is kept by looking more often.
  static constexpr std::chrono::nanoseconds longest_window = std::chrono::minutes{1};

  enum class action {
    drain,    ///< there may be more: drain in the next turn
    release,  ///< release what is held back, then drain at once: what came meanwhile made no wakeup
    pause,    ///< do not watch the descriptor; drain at wake_at()
    wait,     ///< watch the descriptor; drain when it is readable, or at wake_at()
  };

  explicit wake_policy(std::chrono::nanoseconds latency = {}) noexcept
      : latency_(std::min(latency, longest_window)) {}

  /// How the next drain releases its records.
  bpf::ring_release release_mode() const noexcept {
    return latency_.count() > 0 ? bpf::ring_release::hold_last : bpf::ring_release::all;
  }

  /// Told of a drain that ended at `now`.
  action drained(clock::time_point now, const drain_result& result) noexcept;

  /// What was decided last, and until when.
  action next() const noexcept { return next_; }
  clock::time_point wake_at() const noexcept { return wake_at_; }

  /// Whether a drain is in order at `now`. While paused, only when the pause is over.
  bool may_drain(clock::time_point now) const noexcept { return next_ != action::pause || now >= wake_at_; }

private:
  std::chrono::nanoseconds longer_pause() noexcept;
  action decide(action next, clock::time_point wake_at) noexcept;

  std::chrono::nanoseconds latency_;
  action next_ = action::drain;
  clock::time_point wake_at_{};
  std::chrono::nanoseconds busy_pause_ = busy_pause;
  bool holding_ = false;
};

}  // namespace aiobpf::loop
