#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/stream.hpp>

#include <cstddef>
#include <vector>

namespace aiobpf::loop {

/// A stream inside a loop that is not Asio's (asyncio, libuv, a bare epoll): the same core as
/// loop::stream, with one descriptor to watch instead of an executor.
///
///   while (events.try_read(batch) == 0) {
///     if (!events.arm()) continue;             // records came meanwhile
///     wait_until_readable(events.native_handle());
///     events.disarm();
///   }
///
/// Threads  one at a time
/// Fork     in a child its parent's stream is closed: close() and the destructor close the child's
/// descriptors, all
///          else throws closed, and the parent notices nothing
class embedded_stream {
public:
  /// Throws bpf::error: an errno (descriptors ran out).
  explicit embedded_stream(stream_options options = {});
  embedded_stream(embedded_stream&&) noexcept = default;
  embedded_stream& operator=(embedded_stream&&) = delete;
  /// Closes.
  ~embedded_stream();

  /// Takes over a source and returns its number. Throws bpf::error: closed, an errno.
  std::size_t add(any_source source);

  /// Clears `out` and fills it with what is there, within the budget; never waits. Returns the number of
  /// records. Throws bpf::error: closed; ring_corrupt, ring_taken (that source is left out from now on);
  /// not_found (there is no source). Throws std::bad_alloc when there is no memory for even one record.
  std::size_t try_read(batch& out);

  /// Makes native_handle() turn readable when try_read() is in order. False when it is in order already.
  bool arm();
  /// Makes native_handle() quiet, whatever comes. Idempotent.
  void disarm() noexcept;
  int native_handle() const noexcept { return epoll_.get(); }

  /// Ends reading. Records stay in their rings; the ledger of that moment is kept. Idempotent.
  void close() noexcept;
  bool is_open() const noexcept { return open_ && made_.is_ours(); }

  std::size_t sources() const noexcept { return sources_.size(); }

  /// Of all sources together; after close() of that moment. Walks over what is unread.
  /// Throws bpf::error: closed (made before fork()).
  ledger statistics() const;
  /// Of one source, while it is open.
  ledger statistics(std::size_t source) const;

private:
  void check_open(const char* step) const;
  void watch(int fd, bool on) noexcept;
  void set_timer(source_set::clock::time_point at) noexcept;

  bpf::fork_guard made_;
  source_set sources_;
  budget turn_;
  bpf::unique_fd epoll_;
  bpf::unique_fd timer_;
  source_set::clock::time_point timer_at_ = source_set::clock::time_point::max();
  std::vector<bool> armed_;  // by source
  bool timer_armed_ = false;
  bool open_ = true;
  ledger final_;
};

}  // namespace aiobpf::loop
