#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/stream_options.hpp>

#include "watcher.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace aiobpf::loop {

/// What every driver drives: the sources and their descriptors, without anybody who waits.
///
///   auto did = core.turn(batch, most);
///   if (did.records > 0) hand over;
///   else if (did.next == next_step::wait) wait until native_handle() is readable;
///
/// Threads  one at a time, except for native_handle()
/// Fork     in a child it is closed: close() closes descriptors, all else throws closed
class stream_core {
public:
  /// Throws bpf::error: an errno (descriptors ran out).
  explicit stream_core(const stream_options& options);
  ~stream_core() { close(); }
  stream_core(const stream_core&) = delete;

  /// Throws bpf::error: closed, an errno (the descriptor cannot be watched). Throws std::bad_alloc.
  std::uint32_t add(std::unique_ptr<source> from, source_options options);
  /// Throws bpf::error: closed, not_found, busy (inside of a turn).
  void remove(std::uint32_t id);

  /// native_handle() was readable: takes notice of what it was, and is quiet then.
  void woken() noexcept;

  /// As in source_set. When next() is not `wait`, or after woken().
  turn_result turn(records::batch& out, std::size_t most, source_set::clock::time_point now,
                   bool lend = true);
  turn_result visit(segment_visitor& visitor, std::size_t most, source_set::clock::time_point now);

  /// Before a wait that may not be needed: looks whether there is something already.
  void look() noexcept;

  /// What is in order now. Of `wait`, native_handle() turns readable when it is over.
  next_step next() noexcept;
  /// The driver has armed native_handle() in its own loop: another turn may be in order.
  void armed() noexcept { sources_.armed(); }
  void disarmed() noexcept { sources_.disarmed(); }

  int native_handle() const noexcept { return watcher_.native_handle(); }
  bool is_ours() const noexcept { return made_.is_ours(); }
  bool is_open() const noexcept { return open_ && made_.is_ours(); }
  std::size_t size() const noexcept { return sources_.size(); }

  /// Throws bpf::error: closed, not_found.
  void acknowledge(std::uint32_t id, std::uint64_t position);

  /// Of all together, or of one source; after close() of that moment. Throws bpf::error: closed (made before
  /// fork()), not_found.
  records::ledger count(source_set::account how) const;
  records::ledger count(std::uint32_t id, source_set::account how) const;
  bool contains(std::uint32_t id) const noexcept { return sources_.contains(id); }
  std::string name(std::uint32_t id) const { return sources_.name(id); }

  /// Ends reading: releases what is held back, and keeps the counts. Idempotent.
  void close() noexcept;

  /// Throws bpf::error: closed.
  void check_open(const char* step) const;
  /// Throws bpf::error: closed (made before fork()).
  void check_ours(const char* step) const { made_.check(step); }

private:
  void collect() noexcept;
  void look_around() noexcept;
  turn_result after(turn_result did) noexcept;
  void unwatch(std::uint32_t id, bool only_over = false) noexcept;

  bpf::fork_guard made_;
  source_set sources_;
  watcher watcher_;
  bool open_ = true;
  bool collected_ = false;  // since the last turn
  records::ledger final_;   // of the moment of closing
  std::vector<std::pair<std::uint32_t, records::ledger>> final_by_source_;
};

}  // namespace aiobpf::loop
