#pragma once

#include "asyncio_watch.hpp"
#include "decoder_table.hpp"
#include "pending_drains.hpp"
#include "python.hpp"
#include "source_map.hpp"

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/loop/polled_stream.hpp>
#include <aiobpf/loop/turn_clock.hpp>
#include <aiobpf/records/batch_cursor.hpp>
#include <aiobpf/records/ledger.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// The asyncio side of a stream: hands out its events or batches, and makes the task wait
/// when there are none. What `async for` runs through; so next_event() is short.
///
/// Its parts know nothing of each other: where it is in a batch (records::batch_cursor), when the loop is to
/// run (loop::turn_clock), what becomes of a record (decoder_table), what asyncio is told (asyncio_watch),
/// and who waits for what is there to be delivered (pending_drains).
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
  /// How long an `async for` that always finds a record may keep the loop. A timer of asyncio's takes up to
  /// three turns of the loop until its task runs.
  static constexpr std::chrono::nanoseconds turn_time = std::chrono::milliseconds{1};
  /// At most so many events pass between two looks at the clock: a body that turns slow is noticed.
  static constexpr std::size_t events_between_looks = 16;

  explicit record_reader(std::shared_ptr<loop::polled_stream> from) : stream_(std::move(from)) {}

  /// Returns the source's number. Throws bpf::error: closed, an errno.
  std::uint32_t add(std::unique_ptr<loop::source> from, loop::source_options options, source_decoder made);
  /// Ends a source; what was received of it is handed over still. Throws bpf::error: closed, not_found.
  void remove(std::uint32_t source);

  /// `self` is the RecordReader that this is in.
  ///
  /// As am_send: PYGEN_RETURN with the next event; PYGEN_NEXT with what the task is to wait on; PYGEN_ERROR
  /// (StopAsyncIteration when closed).
  PySendResult next_event(PyObject* self, PyObject** result) {
    if (cursor_.left() > 0 && clock_.tick() && hand_over(result)) return sent(*result);
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
  /// How many records of a source were of each type, in the order in which its types were given; none when it
  /// has no types. Throws bpf::error: not_found.
  const std::vector<std::uint64_t>& count_types(std::uint32_t source) const;
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
  static PySendResult sent(PyObject* event) noexcept { return event != nullptr ? PYGEN_RETURN : PYGEN_ERROR; }

  /// Takes the next record. False when it is skipped; else `result` is its event, or null with an exception
  /// set.
  bool hand_over(PyObject** result) {
    // Making an object may run the cycle collector, and so anybody's code, which may close us or take events:
    // the counts are settled before, and the record's memory is kept until after.
    const auto& at = cursor_.at();
    const auto* data = at.data();
    const auto length = at.length();
    if (at.source() != decoding_) {  // as a rule the last record's
      decoding_ = at.source();
      decoder_ = &decoders_[decoding_];
    }
    const source_decoder& source = *decoder_;
    const auto chosen = source.choose(data, length);
    if (source.has_types()) counts_.find(at.source())->count(chosen);
    cursor_.advance();
    if (chosen.made == nullptr) {
      if (!handing_over_) cursor_.give_back();
      return false;
    }
    const bool nested = std::exchange(handing_over_, true);
    *result = (*chosen.made)(data, length);
    handing_over_ = nested;
    // A loan goes back now, not when the next event is asked for.
    if (cursor_.left() == 0 && !nested) cursor_.give_back();
    return true;
  }
  bool hand_over_counted(PyObject** result);
  void wake_drained() noexcept;
  PySendResult next_event_slowly(PyObject* self, PyObject** result);
  bool has_record(PyObject* self, PyObject** result, PySendResult& instead);
  bool find_record(PyObject* self, PyObject** result, PySendResult& instead);
  PySendResult refuse(PyObject** result) const;
  PySendResult yield_to_loop(PyObject** result);
  bool fetch(PyObject* self, PyObject** result, PySendResult& instead);
  bool start_waiting(PyObject* self, PyObject** result);
  PyObject* take_batch();
  std::vector<records::segment> wanted(std::span<const records::segment> segments,
                                       source_map<type_counts>& counts) const;
  bool is_removed(std::uint32_t source) const noexcept;
  records::ledger compose_with(const records::ledger& counts, std::optional<std::uint32_t> source,
                               records::backlog after) const;
  records::ledger count_open(bool verified, std::optional<std::uint32_t> source) const;
  void set_decoders(decoder_table changed);
  void forget_removed();
  void leave(int descriptor) noexcept;

  bpf::fork_guard made_;
  std::shared_ptr<loop::polled_stream>
      stream_;  // null when closed; shared with those that its descriptor must outlive
  decoder_table decoders_;
  static constexpr std::uint32_t nobody = UINT32_MAX;
  std::uint32_t decoding_ = nobody;          // the source of the last record that was handed over
  const source_decoder* decoder_ = nullptr;  // in decoders_
  std::vector<decoder_table> retired_;       // by which a record may still be made an object
  source_map<type_counts> counts_;           // of sources with types, removed ones too
  std::vector<std::uint32_t> removed_;       // sources whose records may still be on their way
  records::ledger final_;                    // when it was closed
  source_map<records::ledger> final_by_source_;
  records::batch_cursor cursor_;
  bool handing_over_ = false;  // a record of the batch is being made an object

  loop::turn_clock clock_{turn_time, events_between_looks};
  bool in_asyncio_ = false;  // it was iterated under an asyncio loop
  asyncio_watch watch_;
  pending_drains drains_;
};

}  // namespace aiobpf::python
