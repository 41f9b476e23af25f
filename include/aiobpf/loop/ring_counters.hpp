#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace aiobpf::loop {

/// What the BPF programs of a ring have counted since the ring was made: struct aiobpf_ledger of
/// bpf/aiobpf.bpf.h, summed over all CPUs. Each count only grows.
struct ring_counters {
  std::uint64_t seen = 0;
  std::uint64_t discarded = 0;
  std::uint64_t ring_full = 0;
  std::uint64_t oversize = 0;

  std::uint64_t submitted() const noexcept { return seen - discarded - ring_full - oversize; }
  friend bool operator==(const ring_counters&, const ring_counters&) = default;
};

/// How many of the counted records belong to earlier readers of a ring.
///
/// A reader may take a ring over while programs emit. What was submitted before it came is constant, but
/// counters and ring cannot be read in one moment. So it is found by observation: whenever the counters
/// stand still around a walk that met no reserved record, it is what they say was submitted, less what
/// this reader has found. That holds for the past as well.
///
/// An attempt that is counted and has not reserved its record yet makes an observation too large, never too
/// small: hence the least of them. A state machine without I/O.
class earlier_records {
public:
  /// One walk over what is unread, and the counters before and after it.
  struct observation {
    ring_counters before;
    ring_counters after;
    bool met_reserved = false;  ///< the walk met a record that is reserved and not yet submitted
    std::uint64_t found = 0;    ///< records received so far, and unread ones
  };
  void observe(const observation& seen) noexcept {
    if (seen.met_reserved || seen.before != seen.after) return;
    const std::uint64_t earlier = seen.after.submitted() - seen.found;
    count_ = std::min(count_.value_or(earlier), earlier);
  }

  /// Nothing until an observation has succeeded.
  std::optional<std::uint64_t> count() const noexcept { return count_; }

private:
  std::optional<std::uint64_t> count_;
};

}  // namespace aiobpf::loop
