#pragma once

#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/stream_options.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/ledger.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace aiobpf::loop {

/// A stream inside a loop that is not Asio's (asyncio, libuv, a bare epoll): the same core as loop::stream,
/// with one descriptor to watch in place of an executor.
///
///   while (events.try_read(batch) == 0) {
///     if (!events.arm()) continue;             // records came meanwhile
///     wait_until_readable(events.native_handle());
///     events.quiet();
///   }
///
/// Two of them: embedded_stream drains in the thread that reads, background_stream on the I/O thread.
///
/// Threads  one at a time
/// Fork     in a child its parent's stream is closed: close() and the destructor close the child's
/// descriptors, all
///          else throws closed, and the parent notices nothing
class polled_stream {
public:
  virtual ~polled_stream() = default;

  /// Takes over a source and returns its number, as in record::source; it is never used again. At any time.
  /// Throws bpf::error: closed, an errno (the descriptor cannot be watched).
  virtual std::uint32_t add(std::unique_ptr<source> from, source_options options = {}) = 0;
  template <std::derived_from<source> Source>
  std::uint32_t add(Source from, source_options options = {}) {
    return add(std::unique_ptr<source>{std::make_unique<Source>(std::move(from))}, std::move(options));
  }
  /// Ends a source: unread records stay in its ring, what it counted becomes part of the total.
  /// Throws bpf::error: closed, not_found.
  virtual void remove(std::uint32_t id) = 0;

  /// Clears `out` and fills it with what is there, within the budget; never waits. Returns the number of
  /// records. Throws bpf::error: closed; ended (every source has); not_found (there is no source); what made
  /// a source fail, as ring_corrupt or ring_taken: it is left out from now on. Throws std::bad_alloc when
  /// there is no memory for even one record; nothing is lost then.
  virtual std::size_t try_read(records::batch& out) = 0;

  /// Makes native_handle() turn readable when try_read() is in order. False when it is in order already.
  virtual bool arm() = 0;
  /// Makes native_handle() quiet again, after it turned readable.
  virtual void quiet() noexcept = 0;
  virtual int native_handle() const noexcept = 0;

  /// As source::acknowledge(). Throws bpf::error: closed, not_found.
  virtual void acknowledge(std::uint32_t id, std::uint64_t position) = 0;

  /// Ends reading. Unread records stay in their rings; what was received and not taken is counted as
  /// dropped_at_close, and the ledger of that moment is kept. Idempotent.
  virtual void close() noexcept = 0;
  virtual bool is_open() const noexcept = 0;

  /// Of all sources together, removed ones too, or of one; after close() of that moment.
  /// Throws bpf::error: closed (made before fork()), not_found.
  virtual records::ledger statistics() const = 0;
  virtual records::ledger statistics(std::uint32_t id) const = 0;
  /// Records of one source that were received and not read, also of one that was removed.
  virtual std::uint64_t queued(std::uint32_t id) const = 0;
  /// As statistics(), with `unread` found by looking at each record that is there (source::verify).
  virtual records::ledger verify() const = 0;
  virtual records::ledger verify(std::uint32_t id) const = 0;
};

}  // namespace aiobpf::loop
