#pragma once

#include "time_limit.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/unit_test.hpp>

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace aiobpf::tests {

/// Ticks every millisecond on a context and notes how long each tick had to wait: the life of a loop beside
/// a stream.
///
/// Measured in the processor time of the loop's thread. By the clock on the wall a busy machine puts its own
/// gaps between two ticks, of any length: other processes run instead. What the loop's own thread has
/// executed between two ticks is what our turns and their handlers have kept from the others, and
/// nothing else. (A loop that sleeps when it should tick shows by the number of ticks.)
class ticker {
public:
  explicit ticker(boost::asio::io_context& context) : timer_(context) {}

  /// On the thread that runs the context.
  void start() {
    last_ = thread_time();
    next();
  }
  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

  std::size_t ticks() const noexcept { return gaps_.size(); }
  std::chrono::nanoseconds longest() const { return *std::max_element(gaps_.begin(), gaps_.end()); }

private:
  static std::chrono::nanoseconds thread_time() noexcept {
    ::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
  }
  void next() {
    timer_.expires_after(std::chrono::milliseconds{1});
    timer_.async_wait([this](boost::system::error_code) {
      if (stopped_) return;
      const auto now = thread_time();
      gaps_.push_back(now - last_);
      last_ = now;
      next();
    });
  }

  boost::asio::steady_timer timer_;
  std::chrono::nanoseconds last_{};
  std::vector<std::chrono::nanoseconds> gaps_;
  bool stopped_ = false;
};

/// Keeps the processor busy for a time, as a handler does that never yields.
inline void burn(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// The promise: whatever the handler does with a record, the loop's other work waits 10 ms at most
/// (more where the processor is emulated).
inline void check_ticks(const ticker& ticks, std::chrono::nanoseconds time) {
  BOOST_TEST_MESSAGE(ticks.ticks() << " ticks, the longest wait " << ticks.longest().count() / 1000 << " us");
  const std::chrono::nanoseconds promise = slowness() * std::chrono::milliseconds{10};
  BOOST_TEST((ticks.longest() <= promise));
  // Half the ticks of a loop that lets all of it pass each time: the machine may take the other half.
  BOOST_TEST(ticks.ticks() >= static_cast<std::size_t>(time / (2 * promise)));
}

}  // namespace aiobpf::tests
