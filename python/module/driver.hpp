#pragma once

#include <aiobpf/loop/batch.hpp>
#include <aiobpf/loop/ledger.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/stream.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace aiobpf::python {

/// Brings batches to the thread of a foreign event loop. It knows nothing of Python and never takes the
/// GIL.
///
///   while (driver.try_take(batch) == 0) {
///     if (driver.arm()) { wait until native_handle() is readable; driver.quiet(); }
///   }
///
/// Threads  one at a time, that of the event loop
/// Fork     in a child only close() is called, which closes descriptors and touches nothing that others share
class driver {
public:
  virtual ~driver() = default;

  /// Takes over a source; returns its number. Throws bpf::error: closed, an errno.
  virtual std::size_t add(loop::any_source source) = 0;

  /// The next batch, in exchange for `out`, whose memory is used again. Returns its records; 0 when there
  /// is none now. Throws bpf::error: closed; why a source failed, which is left out from then on (once each,
  /// and always when no other source is left). Throws std::bad_alloc: nothing was taken.
  virtual std::size_t try_take(loop::batch& out) = 0;

  /// Makes native_handle() turn readable when there is a batch. False when there is one already.
  virtual bool arm() = 0;
  /// Makes native_handle() quiet until the next arm().
  virtual void quiet() noexcept = 0;
  virtual int native_handle() const noexcept = 0;

  /// By source: how many records there are that try_take() has not given, queued and in the ring. While open.
  virtual std::vector<std::size_t> waiting() const = 0;

  /// Ends it all; what was not taken is counted. Idempotent.
  virtual void close() noexcept = 0;
  virtual bool is_open() const noexcept = 0;

  /// `delivered` is what try_take() gave; `queued` what it has not given yet.
  virtual loop::ledger statistics() const = 0;
};

/// Drains in the loop's own thread, when asked: the lowest latency. Throws bpf::error: an errno.
std::shared_ptr<driver> make_inline_driver(loop::stream_options options);

/// Drains on a thread of its own into a queue of at most `queue_bytes` (then records stay in the kernel's
/// ring): a Python that is busy costs no kernel records. Throws bpf::error: an errno (descriptors or threads
/// ran out, or a call is refused).
std::shared_ptr<driver> make_thread_driver(loop::stream_options options, std::size_t queue_bytes);

}  // namespace aiobpf::python
