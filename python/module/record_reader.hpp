#pragma once

#include "decoder_table.hpp"
#include "drain_mark.hpp"
#include "python.hpp"

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/pacer.hpp>
#include <aiobpf/loop/polled_stream.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/ledger.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// The asyncio side of a stream: hands out its events or batches, and makes the task wait
/// when there are none. What `async for` runs through; so next_event() is short.
///
/// All of it is called with the GIL held, close() and add() from any thread and from signal handlers.
/// Whatever calls Python may find itself closed when that returns.
///
/// In a child of fork() it is closed: close() closes descriptors, all else is BpfClosedError, and the loop,
/// which shares its epoll instance with the parent's, is not told.
///
/// Between records it looks at the clock now and then, and yields to the loop when its turn is over: an
/// `async for` whose body never awaits starves nobody.
class record_reader {
public:
  using clock = std::chrono::steady_clock;

  /// How long an `async for` that always finds a record may keep the loop. A timer of asyncio's takes up to
  /// three turns of the loop until its task runs.
  static constexpr std::chrono::nanoseconds turn_time = std::chrono::milliseconds{1};
  /// At most so many events pass between two looks at the clock: a body that turns slow is noticed.
  static constexpr std::size_t events_between_looks = 16;

  explicit record_reader(std::shared_ptr<loop::polled_stream> from) : stream_(std::move(from)) {}

  /// Returns the source's number. Throws bpf::error: closed, an errno.
  std::uint32_t add(std::unique_ptr<loop::source> from, loop::source_options options, decoder made);
  /// Ends a source; what was received of it is handed over still. Throws bpf::error: closed, not_found.
  void remove(std::uint32_t source);

  /// `self` is the RecordReader that this is in.
  ///
  /// As am_send: PYGEN_RETURN with the next event; PYGEN_NEXT with what the task is to wait on; PYGEN_ERROR
  /// (StopAsyncIteration when closed).
  PySendResult next_event(PyObject* self, PyObject** result) {
    if (left_ > 0 && --until_look_ > 0) return hand_over(result);
    return next_event_slowly(self, result);
  }

  /// The same with tuples of a source's number and an event.
  PySendResult next_tagged(PyObject* self, PyObject** result);

  /// The same with batches. What an interrupted `async for` left of a batch comes first.
  PySendResult next_batch(PyObject* self, PyObject** result);

  /// The loop says that the stream's descriptor is readable. False with an exception set.
  bool readable();

  /// Ends it, and wakes the task that waits.
  void close() noexcept;

  /// From now on until end_drain() it is counted what is delivered of the records that wait now, queued and
  /// in the rings. When all are, or when it is closed, `wake` (a callable) is called by the running loop.
  /// Returns a number for end_drain(); 0 with an exception set. Throws bpf::error: closed.
  std::size_t begin_drain(PyObject* wake);
  /// Returns how many of them were not delivered.
  std::uint64_t end_drain(std::size_t number) noexcept;
  bool is_open() const noexcept { return stream_ != nullptr && made_.is_ours(); }
  /// Throws bpf::error: closed, and why.
  void check_open(const char* step) const;
  /// As polled_stream::statistics() and verify(), of all sources or of one; what was not handed over is
  /// `queued`.
  records::ledger count(bool verified, std::optional<std::uint32_t> source) const;

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

private:
  PySendResult hand_over(PyObject** result) {
    // Making an object may run the cycle collector, and so anybody's code, which may close us or take events:
    // the counts are settled before, and the record's memory is kept until after.
    const auto* data = at_.data();
    const auto length = at_.length();
    const auto source = at_.source();
    ++at_;
    --left_;
    const bool nested = std::exchange(handing_over_, true);
    PyObject* event = decoders_[source](data, length);
    handing_over_ = nested;
    // A loan goes back now, not when the next event is asked for.
    if (left_ == 0 && !nested) current_.clear();
    *result = event;
    return event != nullptr ? PYGEN_RETURN : PYGEN_ERROR;
  }
  PySendResult hand_over_counted(PyObject** result);
  void wake_drained() noexcept;
  PySendResult next_event_slowly(PyObject* self, PyObject** result);
  bool find_record(PyObject* self, PyObject** result, PySendResult& instead);
  PySendResult refuse(PyObject** result) const;
  PySendResult yield_to_loop(PyObject** result);
  bool turn_is_over();
  bool fetch(PyObject* self, PyObject** result, PySendResult& instead);
  bool start_waiting(PyObject* self, PyObject** result);
  bool watch(PyObject* self, PyObject* event_loop);
  void unwatch(const std::shared_ptr<loop::polled_stream>& watched) noexcept;
  records::ledger count_open(bool verified, std::optional<std::uint32_t> source) const;
  std::uint64_t left_of(std::uint32_t source) const noexcept;
  void forget_removed();
  void wake_waiting() noexcept;
  void leave(int descriptor) noexcept;

  bpf::fork_guard made_;
  bpf::unique_fd placeholder_;  // see leave()
  std::shared_ptr<loop::polled_stream>
      stream_;  // null when closed; shared with those that its descriptor must outlive
  decoder_table decoders_;
  std::vector<std::uint32_t> removed_;  // sources whose records may still be on their way
  records::ledger final_;               // when it was closed
  std::vector<std::pair<std::uint32_t, records::ledger>> final_by_source_;
  records::batch current_;
  records::batch::iterator at_;
  std::size_t left_ = 0;       // records of current_ that were not handed over
  bool handing_over_ = false;  // a record of current_ is being made an object

  loop::pacer pacer_{turn_time / 4, 1, events_between_looks};
  std::size_t until_look_ = 1;
  std::size_t stride_ = 1;
  clock::time_point turn_began_{};
  clock::time_point looked_{};
  bool resumed_ = true;  // the loop ran since the last event

  bool in_asyncio_ = false;  // it was iterated under an asyncio loop

  struct drain {
    std::size_t number;
    drain_mark mark;
    reference loop;
    reference wake;  // null when it was called
  };
  std::vector<drain> drains_;
  std::size_t last_drain_ = 0;

  reference loop_;    // whose reader callback we are
  reference waiter_;  // the last wait
};

}  // namespace aiobpf::python
