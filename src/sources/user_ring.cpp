#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/rings/user_ring.hpp>
#include <aiobpf/sources/user_ring.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>

namespace aiobpf::sources {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Edge-triggered: it tells of each time that a program took records, and of nothing else.
bpf::unique_fd watch(int ring) {
  bpf::unique_fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  ::epoll_event event{};
  event.events = EPOLLOUT | EPOLLET;
  if (!epoll || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, ring, &event) != 0)
    bpf::throw_system_call(errno, "wait for room in a user ring");
  return epoll;
}

}  // namespace

class user_ring::implementation : public std::enable_shared_from_this<implementation> {
public:
  implementation(const executor_type& executor, const bpf::map& map)
      : ring(map), executor_(executor), room_(executor), timer_(executor) {
    room_.assign(watch(ring.native_handle()).release());
  }

  void reserve(std::size_t bytes, reserve_handler handler) {
    if (!room_.is_open() || !made_.is_ours()) return complete(std::move(handler), bpf::errc::closed, nullptr);
    if (handler_) return complete(std::move(handler), bpf::errc::busy, nullptr);
    bytes_ = bytes;
    auto slot = asio::get_associated_cancellation_slot(handler);
    handler_.emplace(std::move(handler));
    ++reserves_;
    if (slot.is_connected()) {
      // What is in a slot outlives its operation, and ends that one only.
      slot.assign([self = weak_from_this(), number = reserves_](asio::cancellation_type) {
        const auto alive = self.lock();
        if (alive && alive->reserves_ == number) alive->end(asio::error::operation_aborted, nullptr);
      });
    }
    try_to();
  }

  void close() noexcept {
    if (!room_.is_open() || kept_) return;
    if (!made_.is_ours()) {
      // Asio's descriptor would take itself out of the epoll instance that the parent waits on: it is never
      // destroyed, nor are we.
      ::close(room_.native_handle());
      kept_ = shared_from_this();
      return;
    }
    end(bpf::errc::closed, nullptr);
    error_code ignored;
    room_.close(ignored);
  }

  rings::user_ring ring;

private:
  void try_to() {
    // Before the attempt: what is taken after it tells once more.
    ::epoll_event told;
    ::epoll_wait(room_.native_handle(), &told, 1, 0);
    const auto room = ring.reserve(bytes_);
    if (room.record != nullptr) return end({}, room.record);
    if (room.why == rings::ring_writer::refusal::oversize) return end(bpf::errc::wrong_size, nullptr);
    wait();
  }

  void wait() {
    const auto again = [self = shared_from_this(), ticket = ++ticket_](error_code) {
      if (self->ticket_ != ticket) return;
      self->stop_waiting();
      self->try_to();
    };
    room_.async_wait(asio::posix::descriptor_base::wait_read, again);
    timer_.expires_after(safety_look);
    timer_.async_wait(again);
  }

  void stop_waiting() noexcept {
    ++ticket_;
    error_code ignored;
    room_.cancel(ignored);
    timer_.cancel();
  }

  void end(error_code error, std::byte* record) {
    if (!handler_) return;
    stop_waiting();
    reserve_handler taken{std::move(*handler_)};
    handler_.reset();
    complete(std::move(taken), error, record);
  }

  void complete(reserve_handler handler, error_code error, std::byte* record) {
    asio::post(executor_, asio::append(std::move(handler), error, record));
  }

  bpf::fork_guard made_;
  executor_type executor_;
  asio::posix::stream_descriptor room_;  // readable when a program has taken records
  asio::steady_timer timer_;
  std::optional<reserve_handler> handler_;  // of the pending reserve
  std::size_t bytes_ = 0;
  std::uint64_t reserves_ = 0;            // how many were started
  std::uint64_t ticket_ = 0;              // of the wait that is outstanding
  std::shared_ptr<implementation> kept_;  // ourselves, for ever; see close()
};

user_ring::user_ring(executor_type executor, const bpf::map& ring)
    : implementation_(std::make_shared<implementation>(executor, ring)) {}

user_ring& user_ring::operator=(user_ring&& other) noexcept {
  close();
  implementation_ = std::move(other.implementation_);
  return *this;
}

user_ring::~user_ring() {
  close();
}

rings::ring_writer::reservation user_ring::reserve(std::size_t bytes) {
  return implementation_->ring.reserve(bytes);
}

void user_ring::submit(std::byte* record) noexcept {
  implementation_->ring.submit(record);
}

void user_ring::discard(std::byte* record) noexcept {
  implementation_->ring.discard(record);
}

void user_ring::start(const std::shared_ptr<implementation>& on, std::size_t bytes, reserve_handler handler) {
  on->reserve(bytes, std::move(handler));
}

void user_ring::close() noexcept {
  if (implementation_) implementation_->close();
}

}  // namespace aiobpf::sources
