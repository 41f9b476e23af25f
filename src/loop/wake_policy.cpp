#include <aiobpf/loop/wake_policy.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::loop {

wake_policy::action wake_policy::decide(action next, clock::time_point wake_at) noexcept {
  next_ = next;
  wake_at_ = wake_at;
  return next;
}

std::chrono::nanoseconds wake_policy::longer_pause() noexcept {
  return std::exchange(busy_pause_, std::min(busy_pause_ * 2, busy_pause_limit));
}

wake_policy::action wake_policy::drained(clock::time_point now, const drain_result& result) noexcept {
  const bool busy = result.stop == bpf::ring_stop::busy;
  if (result.bytes > 0) {
    busy_pause_ = busy_pause;
    holding_ = release_mode() == bpf::ring_release::hold_last;
  }

  if (result.stop == bpf::ring_stop::limit) return decide(action::drain, now);
  if (holding_) {
    if (result.bytes > 0) return decide(action::pause, now + latency_);
    if (!busy) {
      holding_ = false;
      return decide(action::release, now);
    }
  }
  if (busy) return decide(action::pause, now + longer_pause());
  if (result.lent) {
    // What is not released keeps the descriptor readable: waiting for it would not wait.
    if (result.bytes > 0) return decide(action::drain, now);
    return decide(action::pause, now + longer_pause());
  }
  return decide(action::wait, now + safety_look);
}

}  // namespace aiobpf::loop
