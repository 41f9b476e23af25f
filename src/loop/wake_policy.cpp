#include <aiobpf/loop/wake_policy.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::loop {

wake_policy::wake_policy(std::chrono::nanoseconds latency) noexcept
    : latency_(std::min(latency, longest_window)) {}

wake_policy::action wake_policy::decide(action next, clock::time_point wake_at) noexcept {
  next_ = next;
  wake_at_ = wake_at;
  return next;
}

// Whether a window that was opened now would pay, by the rate since the last drain that found records.
void wake_policy::judge(clock::time_point now, std::size_t records) noexcept {
  if (latency_.count() <= 0) return;
  const auto gap =
      (now - std::exchange(found_at_, now)) / static_cast<std::int64_t>(std::max<std::size_t>(records, 1));
  window_pays_ = gap <= latency_ / records_that_pay;
}

wake_policy::action wake_policy::drained(clock::time_point now, const drain_result& result) noexcept {
  const bool found = result.bytes > 0;
  if (found) {
    pause_ = shortest_pause;
    holding_ = !wants_wakeups();
    judge(now, result.records);
  }
  if (result.stop == drain_stop::limit) return decide(action::drain, now);
  if (holding_) {
    if (found) return decide(action::pause, now + latency_);
    if (result.stop == drain_stop::empty) {
      holding_ = false;
      window_pays_ = false;
      return decide(action::release, now);
    }
  }
  // What is on loan is given back before the next turn, as a rule: that one looks again.
  if (result.lent && found) return decide(action::drain, now);
  // Nothing announces what comes after a loan, nor what completes a busy head after a record held back.
  if (result.lent || holding_) {
    return decide(action::pause, now + std::exchange(pause_, std::min(pause_ * 2, longest_pause)));
  }
  return decide(action::wait, now);
}

}  // namespace aiobpf::loop
