#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/io_thread.hpp>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <exception>
#include <mutex>
#include <semaphore>
#include <system_error>
#include <thread>
#include <vector>

namespace aiobpf::loop {
namespace {

// Signals are the program's: a thread that takes one delays its handler. A new thread inherits the mask.
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

constexpr std::uint64_t wake_token = 0;

}  // namespace

struct io_thread::state {
  struct entry {
    std::shared_ptr<task> one;
    std::uint64_t token = 0;
    std::atomic<bool> due{true};
    std::atomic<bool> readable{true};
  };

  state() : epoll(::epoll_create1(EPOLL_CLOEXEC)), woken(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!epoll || !woken) bpf::throw_system_call(errno, "make an I/O thread");
    watch(woken.get(), wake_token);
  }

  ~state() {
    if (!thread.joinable()) return;
    stopping = true;
    wake();
    thread.join();
  }

  void watch(int descriptor, std::uint64_t token) {
    ::epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = token;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
      bpf::throw_system_call(errno, "watch a stream's descriptor");
  }

  // An eventfd that is edge-triggered need not be read; it would be full after centuries.
  void wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(woken.get(), &one, sizeof(one));
  }

  // The entry at `index`, which lives on while its turn runs.
  std::shared_ptr<entry> at(std::size_t index) {
    const std::scoped_lock lock{mutex};
    return index < entries.size() ? entries[index] : nullptr;
  }

  void run() noexcept {
    // Makes the C++ runtime's thread-local data now. It would be made by the first exception of this thread,
    // std::bad_alloc as a rule, and the C library ends the process when it has no memory for them.
    static_cast<void>(std::current_exception());
    started.release();
    while (!stopping) {
      bool more = false;
      for (std::size_t i = 0; const auto one = at(i); ++i) {
        if (!one->due.exchange(false)) continue;
        if (one->one->turn(one->readable.exchange(false))) one->due = true;
        more = more || one->due;
      }
      collect(more ? 0 : -1);
    }
  }

  void collect(int timeout) noexcept {
    std::array<::epoll_event, 64> events;
    const int found = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), timeout);
    const std::scoped_lock lock{mutex};
    for (int i = 0; i < found; ++i) {
      for (const auto& one : entries) {
        if (one->token == events[static_cast<std::size_t>(i)].data.u64) one->readable = one->due = true;
      }
    }
  }

  bpf::fork_guard made;
  bpf::unique_fd epoll;
  bpf::unique_fd woken;
  std::mutex mutex;  // guards entries; no turn runs under it
  std::vector<std::shared_ptr<entry>> entries;
  std::uint64_t last_token = wake_token;
  std::atomic<bool> stopping{false};
  std::binary_semaphore started{0};
  std::thread thread;
};

io_thread::io_thread(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}

io_thread::~io_thread() = default;

// In a child of fork() there is no thread to join, and its mutex may be locked for ever: all is left as it
// is.
void io_thread::end(io_thread* one) noexcept {
  if (one->state_->made.is_ours()) delete one;
}

std::shared_ptr<io_thread> io_thread::make() {
  auto made = std::make_unique<state>();
  {
    const signals_blocked blocked;
    try {
      made->thread = std::thread{[running = made.get()] { running->run(); }};
    } catch (const std::system_error& failed) {
      bpf::throw_system_call(failed.code().value(),
                             "start the I/O thread (driver=\"inline\", or an embedded_stream, needs none)");
    }
  }
  made->started.acquire();
  return {new io_thread{std::move(made)}, &io_thread::end};
}

std::shared_ptr<io_thread> io_thread::of_process() {
  struct holder {
    bpf::fork_guard made;
    std::mutex mutex;
    std::weak_ptr<io_thread> running;
  };
  // Never destroyed: a stream that ends at exit may still ask for it. A child of fork() makes its own, as a
  // thread of the parent may have held the mutex.
  static std::atomic<holder*> current{new holder};
  holder* here = current.load();
  if (!here->made.is_ours()) {
    auto fresh = std::make_unique<holder>();
    if (current.compare_exchange_strong(here, fresh.get())) here = fresh.release();
  }
  const std::scoped_lock lock{here->mutex};
  auto running = here->running.lock();
  if (!running) here->running = running = make();
  return running;
}

void io_thread::add(std::shared_ptr<task> one) {
  state_->made.check("use an I/O thread");
  auto made = std::make_shared<state::entry>();
  const int descriptor = one->native_handle();
  made->one = std::move(one);
  {
    const std::scoped_lock lock{state_->mutex};
    made->token = ++state_->last_token;
    state_->entries.push_back(made);
    try {
      state_->watch(descriptor, made->token);
    } catch (...) {
      state_->entries.pop_back();
      throw;
    }
  }
  state_->wake();
}

void io_thread::remove(const task& one) noexcept {
  if (!state_->made.is_ours()) return;
  std::shared_ptr<state::entry> removed;  // ends outside of the lock
  {
    const std::scoped_lock lock{state_->mutex};
    const auto found = std::find_if(state_->entries.begin(), state_->entries.end(),
                                    [&](const auto& entry) { return entry->one.get() == &one; });
    if (found == state_->entries.end()) return;
    ::epoll_ctl(state_->epoll.get(), EPOLL_CTL_DEL, one.native_handle(), nullptr);
    removed = std::move(*found);
    state_->entries.erase(found);
  }
  // The thread may be on its way along the entries, and have missed the one that moved up.
  state_->wake();
}

void io_thread::wake(const task& one) noexcept {
  if (!state_->made.is_ours()) return;
  {
    const std::scoped_lock lock{state_->mutex};
    for (const auto& entry : state_->entries) {
      if (entry->one.get() == &one) entry->due = true;
    }
  }
  state_->wake();
}

}  // namespace aiobpf::loop
