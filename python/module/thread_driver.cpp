#include "batch_queue.hpp"
#include "driver.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/embedded_stream.hpp>

#include <boost/asio/error.hpp>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <semaphore>
#include <system_error>
#include <thread>
#include <utility>

namespace aiobpf::python {
namespace {

// Signals are Python's: a thread that takes one delays its handler. A new thread inherits the mask.
class signals_blocked {
public:
  signals_blocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

private:
  sigset_t before_;
};

// The thread drains turn by turn; others get at the stream between two turns. Nothing but add() and push()
// allocates, and whoever runs out of memory there has lost nothing.
class thread_driver final : public driver {
public:
  thread_driver(loop::stream_options options, std::size_t queue_bytes)
      : stream_(options), queue_(queue_bytes), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) bpf::throw_system_call(errno, "make an eventfd");
    const signals_blocked blocked;
    try {
      thread_ = std::thread{[this] { run(); }};
    } catch (const std::system_error& failed) {
      bpf::throw_system_call(failed.code().value(),
                             "start the draining thread (driver=\"inline\" needs none)");
    }
    started_.acquire();
  }

  ~thread_driver() override { close(); }

  std::size_t add(loop::any_source source) override {
    const auto lock = between_turns();
    const std::size_t id = stream_.add(std::move(source));
    ++readable_;
    if (std::exchange(failure_stands_, false)) queue_.failure_told();
    wake();
    return id;
  }

  std::size_t try_take(loop::batch& out) override {
    const auto taken = queue_.take(out);
    if (taken.resume) wake();
    if (!taken.error) return taken.records;
    if (taken.error == boost::asio::error::no_memory) {
      go_on_after_failure();
      throw std::bad_alloc{};
    }
    const bpf::error told{taken.error, "read: " + taken.error.message() + "; it is left out from now on"};
    go_on_after_failure();
    throw told;
  }

  bool arm() override { return queue_.arm(); }
  void quiet() noexcept override { queue_.quiet(); }
  int native_handle() const noexcept override { return queue_.native_handle(); }
  bool is_open() const noexcept override { return stream_.is_open(); }

  void close() noexcept override {
    if (!made_.is_ours()) return leave();
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake();
    thread_.join();
    stream_.close();
  }

  std::vector<std::size_t> waiting() const override {
    const auto lock = between_turns();
    std::vector<std::size_t> records(stream_.sources());
    for (std::size_t id = 0; id < records.size(); ++id) records[id] = stream_.statistics(id).unread;
    for (const auto& segment : filling_.segments()) records[segment.source] += segment.records;
    queue_.count(records);
    return records;
  }

  loop::ledger statistics() const override {
    const auto lock = between_turns();
    auto sum = stream_.statistics();
    sum.queued = queue_.records() + filling_.size();
    sum.delivered = sum.received - sum.queued;
    return sum;
  }

private:
  // In a child of fork() there is no thread to join, and what the thread used may be locked or half-changed
  // for ever: the descriptors are closed, the rings unmapped, and the rest is left. (A batch that the thread
  // had on loan at that moment keeps its ring mapped until the child ends.)
  void leave() noexcept {
    stream_.close();
    queue_.leave();
    wake_.reset();
  }

  // The mutex alone would not do: a thread that is always busy takes it again before anyone else wakes.
  std::unique_lock<std::mutex> between_turns() const {
    ++visitors_;
    std::unique_lock lock{turn_};
    --visitors_;
    no_visitors_.notify_one();
    return lock;
  }

  // The failure that was told; it is told again each time when nothing else is left to read.
  void go_on_after_failure() noexcept {
    failure_stands_ = readable_ == 0;
    if (failure_stands_) return;
    queue_.failure_told();
    wake();
  }

  void wake() noexcept {
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its limit.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
  }

  void run() noexcept {
    // Makes the C++ runtime's thread-local data now. It would be made by the first exception of this thread,
    // std::bad_alloc as a rule, and the C library ends the process when it has no memory for them.
    static_cast<void>(std::current_exception());
    started_.release();
    while (!stopping_) {
      std::unique_lock lock{turn_};
      no_visitors_.wait(lock, [this] { return visitors_ == 0; });
      const bool pausing = readable_ == 0 || !queue_.accepts();
      if (!pausing && turn()) continue;
      lock.unlock();
      wait(pausing);
    }
  }

  // False when there is nothing to do until the stream's descriptor says so.
  bool turn() noexcept {
    stream_.disarm();
    try {
      // Records that there was no memory for the last time are still in there.
      if (filling_.empty() && stream_.try_read(filling_) == 0) return !stream_.arm();
      queue_.push(filling_);
      filling_.clear();
    } catch (const bpf::error& failed) {
      --readable_;  // a source fails once
      queue_.fail(failed.code());
    } catch (const std::bad_alloc&) {
      queue_.fail(boost::asio::error::no_memory);
    }
    return true;
  }

  // Until wake(), or, when records may be taken, until the stream has some.
  void wait(bool pausing) noexcept {
    ::pollfd watched[] = {{wake_.get(), POLLIN, 0}, {stream_.native_handle(), POLLIN, 0}};
    ::poll(watched, pausing ? 1 : 2, -1);
    std::uint64_t count;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof(count));
  }

  bpf::fork_guard made_;
  mutable std::mutex turn_;  // guards the stream and what it fills
  mutable std::condition_variable no_visitors_;
  mutable std::atomic<unsigned> visitors_{0};
  loop::embedded_stream stream_;
  loop::batch filling_;
  std::atomic<std::size_t> readable_{0};  // sources that have not failed

  batch_queue queue_;
  bool failure_stands_ = false;  // told already
  bpf::unique_fd wake_;
  std::atomic<bool> stopping_{false};
  std::binary_semaphore started_{0};
  std::thread thread_;
};

}  // namespace

std::shared_ptr<driver> make_thread_driver(loop::stream_options options, std::size_t queue_bytes) {
  // Never destroyed in a child of fork(), where std::thread's destructor would end the process; see leave().
  const auto end = [made = bpf::fork_guard{}](thread_driver* ending) noexcept {
    if (made.is_ours()) {
      delete ending;
    } else {
      ending->close();
    }
  };
  return {new thread_driver{options, queue_bytes}, end};
}

}  // namespace aiobpf::python
