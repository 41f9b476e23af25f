#include "watcher.hpp"

#include <aiobpf/bpf/system_call.hpp>

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

namespace aiobpf::loop {

watcher::watcher()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!epoll_ || !timer_) bpf::throw_system_call(errno, "make a stream");
  watch(timer_.get(), timer_token);
}

watcher::watcher(watcher&&) noexcept = default;
watcher::~watcher() = default;

void watcher::watch(int descriptor, std::uint64_t token) {
  events_.resize(descriptors_ + 1);
  ::epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
    bpf::throw_system_call(errno, "watch a source's descriptor");
  ++descriptors_;
}

void watcher::add(int descriptor, std::uint32_t token) {
  watch(descriptor, token);
}

void watcher::remove(int descriptor) noexcept {
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr) == 0) --descriptors_;
}

std::size_t watcher::poll() noexcept {
  const int found = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(descriptors_), 0);
  return static_cast<std::size_t>(std::max(found, 0));
}

std::uint64_t watcher::token_at(std::size_t i) const noexcept {
  return events_[i].data.u64;
}

void watcher::wake_at(clock::time_point at) noexcept {
  if (at == clock::time_point::max()) return;
  // One that ends earlier than wanted looks, and waits again. So the slow safety look costs no system call
  // each time a stream falls idle.
  if (timer_at_ <= at && timer_at_ > clock::now()) return;
  timer_at_ = at;
  // A zero would disarm the timer.
  const auto since = std::max<std::int64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count(), 1);
  ::itimerspec spec{};
  spec.it_value.tv_sec = since / 1'000'000'000;
  spec.it_value.tv_nsec = since % 1'000'000'000;
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void watcher::leave() noexcept {
  epoll_.reset();
  timer_.reset();
}

}  // namespace aiobpf::loop
