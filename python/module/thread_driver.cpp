#include "batch_queue.hpp"
#include "driver.hpp"

#include <aiobpf/bpf/error.hpp>

#include <pthread.h>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <csignal>
#include <future>
#include <new>
#include <thread>

namespace aiobpf::python {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The stream lives on the thread: all calls of it are posted there.
class thread_driver final : public driver {
public:
  thread_driver(loop::stream_options options, std::size_t queue_bytes)
      : stream_(context_.get_executor(), options), queue_(queue_bytes) {
    // Signals are Python's: a thread that takes one delays its handler.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread{[this] { context_.run(); }};
    } catch (...) {
      ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~thread_driver() override { close(); }

  std::size_t add(loop::any_source source) override {
    if (!is_open()) throw bpf::error{bpf::errc::closed, "add a ring: the buffer is closed"};
    return on_thread([&] {
      stream_.cancel();  // its completion starts the next read, with the new source in it
      const std::size_t id = stream_.add(std::move(source));
      sources_ = id + 1;
      if (!reading_) read();
      return id;
    });
  }

  std::size_t try_take(loop::batch& out) override {
    const auto taken = queue_.take(out);
    if (taken.error) {
      throw bpf::error{taken.error,
                       taken.error == bpf::errc::ring_corrupt
                           ? "read: a ring's memory contradicts itself; it is left out from now on"
                           : "read: " + taken.error.message()};
    }
    if (taken.resume) {
      asio::post(context_, [this] {
        if (!reading_) read();
      });
    }
    return taken.records;
  }

  bool arm() override { return queue_.arm(); }
  void quiet() noexcept override { queue_.quiet(); }
  int native_handle() const noexcept override { return queue_.native_handle(); }
  bool is_open() const noexcept override { return thread_.joinable(); }

  void close() noexcept override {
    if (!is_open()) return;
    asio::post(context_, [this] {
      stream_.close();
      work_.reset();
    });
    thread_.join();
  }

  loop::ledger statistics() const override {
    // Both counts at one moment: on the thread nothing is pushed, and we who take are waiting here.
    const auto count = [this] {
      auto sum = stream_.statistics();
      sum.queued = queue_.records();
      sum.delivered = sum.received - sum.queued;
      return sum;
    };
    return is_open() ? on_thread(count) : count();
  }

private:
  template <class Function>
  auto on_thread(Function function) const -> decltype(function()) {
    std::packaged_task<decltype(function())()> task{std::move(function)};
    auto result = task.get_future();
    asio::post(context_, [&task] { task(); });
    return result.get();
  }

  void read() {
    reading_ = true;
    stream_.async_read(filling_, [this](error_code error, std::size_t) {
      reading_ = false;
      if (error == bpf::errc::closed) return;
      if (!error) {
        failures_ = 0;
        try {
          const bool more = queue_.push(filling_);
          filling_.clear();
          if (more) read();  // else it is full, and try_take() resumes
        } catch (const std::bad_alloc&) {
          queue_.fail(asio::error::no_memory, true);  // what was read stays counted as queued
        }
      } else if (error == asio::error::operation_aborted) {
        read();
      } else {
        // Each source fails once; when that many reads failed in a row, nothing is left to read.
        const bool last = ++failures_ > sources_;
        queue_.fail(error, last);
        if (!last) read();
      }
    });
  }

  mutable asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  loop::stream stream_;
  batch_queue queue_;
  loop::batch filling_;
  bool reading_ = false;
  std::size_t sources_ = 0;
  std::size_t failures_ = 0;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<driver> make_thread_driver(loop::stream_options options, std::size_t queue_bytes) {
  return std::make_unique<thread_driver>(options, queue_bytes);
}

}  // namespace aiobpf::python
