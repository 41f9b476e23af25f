#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/loop/embedded_stream.hpp>

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>

namespace aiobpf::loop {
namespace {

void add_quietly(int epoll, int fd) {
  ::epoll_event event{};
  event.data.fd = fd;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    bpf::throw_system_call(errno, "watch a source's descriptor");
}

void throw_failure(boost::system::error_code failure) {
  if (failure) throw bpf::error{failure, "read: " + failure.message() + "; it is left out from now on"};
}

}  // namespace

embedded_stream::embedded_stream(stream_options options)
    : sources_(options.latency, options.turn),
      turn_(options.turn),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!epoll_ || !timer_) bpf::throw_system_call(errno, "make a stream");
  add_quietly(epoll_.get(), timer_.get());
}

embedded_stream::~embedded_stream() {
  close();
}

void embedded_stream::check_open(const char* step) const {
  made_.check(step);
  if (!open_) throw bpf::error{bpf::errc::closed, std::string{step} + ": the stream is closed"};
}

std::size_t embedded_stream::add(any_source source) {
  check_open("add a source");
  disarm();
  armed_.reserve(armed_.size() + 1);
  const int fd = source.native_handle();
  add_quietly(epoll_.get(), fd);
  try {
    const std::size_t id = sources_.add(std::move(source));
    armed_.push_back(false);
    return id;
  } catch (const std::bad_alloc&) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    throw;
  }
}

std::size_t embedded_stream::try_read(batch& out) {
  check_open("read");
  if (sources_.empty()) throw bpf::error{bpf::errc::not_found, "read: the stream has no source; add() one"};
  out.clear();
  // Before and after: of a turn that had records to hand over, and of this one.
  throw_failure(sources_.take_failure());
  std::size_t taken = 0;
  try {
    taken = sources_.take(out, turn_.records);
  } catch (const std::bad_alloc&) {
    if (out.empty()) throw;
    return out.size();
  }
  if (taken == 0) throw_failure(sources_.take_failure());
  return taken;
}

void embedded_stream::watch(int fd, bool on) noexcept {
  ::epoll_event event{};
  event.events = on ? EPOLLIN : 0U;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);  // of a descriptor that is in there: cannot fail
}

void embedded_stream::set_timer(source_set::clock::time_point at) noexcept {
  timer_at_ = at;
  // A zero would disarm the timer.
  const auto since = std::max<std::int64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count(), 1);
  ::itimerspec spec{};
  spec.it_value.tv_sec = since / 1'000'000'000;
  spec.it_value.tv_nsec = since % 1'000'000'000;
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

bool embedded_stream::arm() {
  if (!is_open() || sources_.wants_turn()) return false;
  const auto at = sources_.wake_at();
  // One that ends earlier than wanted does no harm: it looks, and waits again.
  if (at < timer_at_ || timer_at_ <= source_set::clock::now()) set_timer(at);
  if (!timer_armed_) watch(timer_.get(), timer_armed_ = true);
  for (std::size_t id = 0; id < sources_.size(); ++id) {
    if (sources_.wants_watch(id) && !armed_[id]) watch(sources_.native_handle(id), armed_[id] = true);
  }
  return true;
}

void embedded_stream::disarm() noexcept {
  if (!made_.is_ours()) return;  // a child of fork() shares the epoll instance with its parent, which waits
  if (timer_armed_) watch(timer_.get(), timer_armed_ = false);
  for (std::size_t id = 0; id < armed_.size(); ++id) {
    if (armed_[id]) watch(sources_.native_handle(id), armed_[id] = false);
  }
}

void embedded_stream::close() noexcept {
  if (!open_) return;
  if (made_.is_ours()) {
    disarm();
    sources_.release();
    final_ = sources_.statistics();
  } else {
    epoll_.reset();  // so that nobody in the child, be it another loop, gets at the instance through us
    timer_.reset();
  }
  open_ = false;
  armed_.clear();
  sources_ = source_set{{}, {}};
}

ledger embedded_stream::statistics() const {
  made_.check("count records");
  return open_ ? sources_.statistics() : final_;
}

ledger embedded_stream::statistics(std::size_t source) const {
  check_open("read the counts of one source");
  return sources_.statistics(source);
}

}  // namespace aiobpf::loop
