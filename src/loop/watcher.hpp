#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

struct epoll_event;

namespace aiobpf::loop {

/// Descriptors and a timer behind one descriptor: an epoll instance.
///
/// Everything in it is edge-triggered: collect() takes what turned readable since the last collect() off the
/// instance, which is quiet then, whatever is unread. So nothing is armed or disarmed for a wake, and a ring
/// whose records wait on purpose (held back, on loan, behind a busy head) wakes nobody.
///
/// Threads  one at a time, except for native_handle()
class watcher {
public:
  using clock = std::chrono::steady_clock;

  /// Throws bpf::error: an errno (descriptors ran out).
  watcher();
  watcher(watcher&&) noexcept;
  ~watcher();

  /// Throws bpf::error: an errno. Throws std::bad_alloc.
  void add(int descriptor, std::uint32_t token);
  void remove(int descriptor) noexcept;

  /// Readable when one of the descriptors turned readable, or when the timer has fired.
  int native_handle() const noexcept { return epoll_.get(); }

  /// Calls `use(token)` for each that turned readable. Never waits.
  template <class Use>
  void collect(Use&& use) {
    const std::size_t found = poll();
    for (std::size_t i = 0; i < found; ++i) {
      const std::uint64_t which = token_at(i);
      if (which != timer_token) use(static_cast<std::uint32_t>(which));
    }
  }

  /// Sees to it that native_handle() is readable at `at`, or before: a timer that fires early does no harm.
  void wake_at(clock::time_point at) noexcept;

  /// Ends the timer, for good.
  void stop() noexcept { remove(timer_.get()); }

  /// In a child of fork(), which shares the instance with its parent: closes the child's descriptors.
  void leave() noexcept;

private:
  static constexpr std::uint64_t timer_token = UINT64_MAX;
  std::size_t poll() noexcept;
  std::uint64_t token_at(std::size_t i) const noexcept;
  void watch(int descriptor, std::uint64_t token);

  bpf::unique_fd epoll_;
  bpf::unique_fd timer_;
  clock::time_point timer_at_ = clock::time_point::max();
  std::vector<::epoll_event> events_;  // as many as there are descriptors
  std::size_t descriptors_ = 0;
};

}  // namespace aiobpf::loop
