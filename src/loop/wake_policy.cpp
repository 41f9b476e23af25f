#include <aiobpf/loop/wake_policy.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::loop {

using std::chrono::nanoseconds;

wake_policy::wake_policy(const wake_options& options) noexcept : options_(options) {
  options_.latency = std::clamp(options.latency, nanoseconds{0}, longest_window);
}

wake_policy::action wake_policy::decide(action next, clock::time_point wake_at) noexcept {
  next_ = next;
  wake_at_ = wake_at;
  return next;
}

// Whether a window that was opened now would pay, by the rate since the last drain that found records; and
// how soon the buffer would fill at that rate.
void wake_policy::judge(clock::time_point now, const drain_result& result) noexcept {
  const nanoseconds elapsed = now - std::exchange(found_at_, now);
  polls_ = options_.poll.has_value();
  if (options_.latency.count() == 0) return;
  const auto records = static_cast<std::int64_t>(std::max<std::size_t>(result.records, 1));
  window_pays_ = elapsed / records <= options_.latency / records_that_pay;
  if (elapsed.count() <= 0) {  // in one turn
    bytes_ += result.bytes;
    return;
  }
  const std::size_t bytes = std::exchange(bytes_, 0) + result.bytes;
  if (options_.capacity == 0) return;
  const double until_full = static_cast<double>(options_.capacity) / static_cast<double>(bytes);
  const double time = static_cast<double>(elapsed.count()) * until_full / part_that_fills;
  fills_in_ = time < static_cast<double>(longest_window.count())
                  ? nanoseconds{static_cast<std::int64_t>(time)}
                  : longest_window;
}

nanoseconds wake_policy::window() const noexcept {
  const nanoseconds in_time = options_.latency - std::min(late_, options_.latency / 2);
  return std::max(std::min(in_time, fills_in_), std::min(options_.latency, shortest_pause));
}

wake_policy::action wake_policy::pause_longer(clock::time_point now) noexcept {
  return decide(action::pause, now + std::exchange(pause_, std::min(pause_ * 2, longest_pause)));
}

wake_policy::action wake_policy::drained(clock::time_point now, const drain_result& result) noexcept {
  const bool found = result.bytes > 0;
  if (next_ == action::pause && now >= wake_at_)
    late_ += (std::min<nanoseconds>(now - wake_at_, options_.latency) - late_) / 8;
  fruitless_ = !found && result.stop == drain_stop::busy ? fruitless_ + 1 : 0;
  if (found) {
    pause_ = shortest_pause;
    holding_ = !wants_wakeups();
    judge(now, result);
  }
  if (result.stop == drain_stop::limit) return decide(action::drain, now);
  if (polls_) {
    if (now - found_at_ < options_.poll->idle) return decide(action::poll, now);
    polls_ = false;
  }
  if (holding_) {
    if (found) return decide(action::pause, now + window());
    if (result.stop == drain_stop::empty) {
      holding_ = false;
      window_pays_ = false;
      look_again_ = options_.edge;
      return decide(action::release, now);
    }
  }
  // What is on loan is given back before the next turn, as a rule: that one looks again.
  if (result.lent && found) return decide(action::drain, now);
  // Nothing announces what comes after a loan, nor what completes a busy head after a record held back.
  if (result.lent || holding_ || backs_off()) return pause_longer(now);
  if (std::exchange(look_again_, false))
    return decide(action::pause, now + std::max(window(), shortest_pause));
  return decide(action::wait, now);
}

}  // namespace aiobpf::loop
