#pragma once

#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/wake_policy.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace aiobpf::loop {

/// The sources of one stream, drained in bounded and fair turns. The core that every driver drives: it
/// knows when to look and how much to take, and leaves waiting to the driver.
///
/// Fair: each source may take an equal share of a turn; what one leaves, the others get; the next turn
/// begins with another one.
///
/// Threads  one at a time
class source_set {
public:
  using clock = wake_policy::clock;

  source_set(std::chrono::nanoseconds latency, budget turn) noexcept;

  /// Takes over a source; returns its number, from 0 on.
  std::size_t add(any_source source);
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }

  /// One turn: appends records of all sources that may be drained to `out`, `most` at most, and decides
  /// what each source waits for. `now` is when the turn began. Returns how many there were.
  /// Throws std::bad_alloc; what was taken is then in `out`.
  std::size_t take(batch& out, std::size_t most, clock::time_point now = clock::now());

  /// Why a source cannot be read any more (failure_of()): once for each, and each time when no other is left.
  /// Such a source is not drained any more. No error when there is nothing to report.
  boost::system::error_code take_failure() noexcept;

  /// After a take(): whether another one is in order now; else what to wait for.
  bool wants_turn() const noexcept;
  /// When the earliest source wants to be looked at, whatever the descriptors say.
  clock::time_point wake_at() const noexcept;
  /// Whether the driver is to watch that source's descriptor.
  bool wants_watch(std::size_t id) const noexcept {
    return entries_[id].policy.next() == wake_policy::action::wait && !entries_[id].failure;
  }
  int native_handle(std::size_t id) const noexcept { return entries_[id].source.native_handle(); }

  /// Releases all that is held back.
  void release() noexcept;

  ledger statistics(std::size_t id) const { return entries_[id].source.statistics(); }
  ledger statistics() const;  ///< of all sources together

private:
  struct entry {
    any_source source;
    wake_policy policy;
    boost::system::error_code failure{};
    bool failure_reported = false;
  };
  std::size_t drain(std::size_t id, batch& out, bpf::ring_limits limits, clock::time_point now);

  std::vector<entry> entries_;
  std::chrono::nanoseconds latency_;
  budget turn_;
  std::size_t first_ = 0;  ///< where the next turn begins
};

}  // namespace aiobpf::loop
