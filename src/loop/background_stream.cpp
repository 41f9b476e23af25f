#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/background_stream.hpp>
#include <aiobpf/loop/batch_queue.hpp>

#include "read_failure.hpp"
#include "stream_core.hpp"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace aiobpf::loop {

// The thread drains turn by turn; the reader gets at the sources between two turns. Nothing but add() and
// push() allocates, and whoever runs out of memory there has lost nothing.
class background_stream::drain final : public io_thread::task {
public:
  explicit drain(const background_options& options)
      : core_(options.stream), queue_(options.queue_bytes), most_(options.stream.turn.records) {}

  int native_handle() const noexcept override { return core_.native_handle(); }

  bool turn(bool readable) noexcept override {
    std::unique_lock lock{turn_};
    no_visitors_.wait(lock, [this] { return visitors_ == 0; });
    if (!core_.is_open()) return false;
    if (readable) core_.woken();
    if (!queue_.accepts() || (core_.size() == 0 && filling_.empty())) return false;
    try {
      // Records that there was no memory for the last time are still in there.
      if (filling_.empty()) {
        const auto did = core_.turn(filling_, most_, source_set::clock::now());
        if (did.error) {
          queue_.fail(did);
          return true;
        }
        if (did.next == next_step::arm_then_again) core_.armed();
        if (did.records == 0) return did.next != next_step::wait;
      }
      queue_.push(filling_);
      filling_.clear();
    } catch (const std::bad_alloc&) {
      queue_.fail({.error = {ENOMEM, boost::system::system_category()}});
    }
    return true;
  }

  // The mutex alone would not do: a thread that is always busy takes it again before anyone else wakes.
  // Throws bpf::error: closed, in a child of fork(), where the thread may have held the mutex.
  std::unique_lock<std::mutex> between_turns() const {
    core_.check_ours("use a stream");
    ++visitors_;
    std::unique_lock lock{turn_};
    --visitors_;
    no_visitors_.notify_one();
    return lock;
  }

  // Between two turns:
  stream_core& core() noexcept { return core_; }
  records::backlog waiting() const {
    return {.queued = dropped_ ? 0 : queue_.size() + filling_.size(), .lost = lost(dropped_.value_or(0))};
  }
  records::backlog waiting(std::uint32_t id) const {
    std::uint64_t queued = queue_.size_of(id);
    for (const auto& segment : filling_.segments()) queued += segment.source == id ? segment.count : 0;
    return dropped_ ? records::backlog{.queued = 0, .lost = lost(queued)}
                    : records::backlog{.queued = queued};
  }
  void close() noexcept {
    core_.close();
    dropped_ = queue_.size() + filling_.size();
  }

  // At any time:
  batch_queue& queue() noexcept { return queue_; }
  bool is_open() const noexcept { return core_.is_open(); }
  bool is_ours() const noexcept { return core_.is_ours(); }

  // In a child of fork(): what the thread used may be locked or half-changed for ever. (A batch that the
  // thread had on loan at that moment keeps its ring mapped until the child ends.)
  void leave() noexcept {
    core_.close();
    queue_.leave();
  }

private:
  static records::losses lost(std::uint64_t at_close) noexcept {
    records::losses out;
    out[records::cause::dropped_at_close] = at_close;
    return out;
  }

  mutable std::mutex turn_;  // guards the core and what it fills
  mutable std::condition_variable no_visitors_;
  mutable std::atomic<unsigned> visitors_{0};
  stream_core core_;
  records::batch filling_;
  batch_queue queue_;
  std::size_t most_;

  std::optional<std::uint64_t> dropped_;  // when it was closed
};

background_stream::background_stream(const background_options& options)
    : drain_(std::make_shared<drain>(options)),
      thread_(options.thread        ? options.thread
              : options.stream.poll ? io_thread::make()
                                    : io_thread::of_process()) {
  thread_->add(drain_);
}

background_stream::~background_stream() {
  close();
  // Its mutex and condition may be in use for ever in a child of fork(): it is never destroyed there.
  if (!drain_->is_ours()) static_cast<void>(new std::shared_ptr<drain>{std::move(drain_)});
}

std::uint32_t background_stream::add(std::unique_ptr<source> from, source_options options) {
  drain_->core().check_open("add a source");
  std::uint32_t id = 0;
  {
    const auto lock = drain_->between_turns();
    id = drain_->core().add(std::move(from), std::move(options));
    if (std::exchange(failure_stands_, false)) drain_->queue().failure_told();
  }
  thread_->wake(*drain_);
  return id;
}

void background_stream::remove(std::uint32_t id) {
  drain_->core().check_open("remove a source");
  {
    const auto lock = drain_->between_turns();
    drain_->core().remove(id);
  }
  thread_->wake(*drain_);  // it may have been the last one that was to be waited for
}

std::size_t background_stream::try_read(records::batch& out) {
  drain_->core().check_open("read");
  out.clear();
  const auto taken = drain_->queue().take(out);
  if (taken.resume) thread_->wake(*drain_);
  if (taken.records > 0) return taken.records;
  if (!taken.failure) {
    if (drain_->core().size() == 0 && drain_->waiting().queued == 0)
      throw_read_failure(drain_->core(), {.error = bpf::errc::not_found});
    return 0;
  }
  const auto lock = drain_->between_turns();
  // Of a stream that has nothing left to read it is told again and again.
  failure_stands_ = drain_->core().next() == next_step::done;
  if (!failure_stands_) {
    drain_->queue().failure_told();
    thread_->wake(*drain_);
  }
  throw_read_failure(drain_->core(), *taken.failure);
}

bool background_stream::arm() {
  return drain_->is_open() && drain_->queue().arm();
}

// In a child of fork() the parent's event is left alone.
void background_stream::quiet() noexcept {
  if (drain_->is_open()) drain_->queue().quiet();
}

int background_stream::native_handle() const noexcept {
  return drain_->queue().native_handle();
}

void background_stream::acknowledge(std::uint32_t id, std::uint64_t position) {
  drain_->core().check_open("acknowledge records");
  {
    const auto lock = drain_->between_turns();
    drain_->core().acknowledge(id, position);
  }
  thread_->wake(*drain_);
}

void background_stream::close() noexcept {
  if (!drain_->is_ours()) return drain_->leave();
  if (!drain_->is_open()) return;
  {
    const auto lock = drain_->between_turns();
    thread_->remove(*drain_);
    drain_->close();
  }
  drain_->queue().quiet();  // nothing comes any more, but the last batch may have told already
  thread_.reset();
}

bool background_stream::is_open() const noexcept {
  return drain_->is_open();
}

records::ledger background_stream::statistics() const {
  const auto lock = drain_->between_turns();
  return compose(drain_->core().count(&source::statistics), drain_->waiting());
}

records::ledger background_stream::statistics(std::uint32_t id) const {
  const auto lock = drain_->between_turns();
  return compose(drain_->core().count(id, &source::statistics), drain_->waiting(id));
}

std::uint64_t background_stream::queued(std::uint32_t id) const {
  const auto lock = drain_->between_turns();
  return drain_->waiting(id).queued;
}

records::ledger background_stream::verify() const {
  const auto lock = drain_->between_turns();
  return compose(drain_->core().count(&source::verify), drain_->waiting());
}

records::ledger background_stream::verify(std::uint32_t id) const {
  const auto lock = drain_->between_turns();
  return compose(drain_->core().count(id, &source::verify), drain_->waiting(id));
}

}  // namespace aiobpf::loop
