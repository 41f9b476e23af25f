#pragma once

#include <aiobpf/records/ledger.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace aiobpf::sources {

/// What the producers of a ring have counted since the ring was made, summed over all CPUs. Each count only
/// grows.
struct ring_counters {
  std::uint64_t seen = 0;
  std::uint64_t discarded = 0;
  records::losses lost{};  ///< those of the program's side

  std::uint64_t submitted() const noexcept { return seen - discarded - lost.sum(records::side::program); }
  friend bool operator==(const ring_counters&, const ring_counters&) = default;
};

/// The account of a ring all of whose records are ours: `unread` is what was submitted and not received.
inline records::ledger account_of(const ring_counters& now, std::uint64_t received,
                                  std::uint64_t bytes) noexcept {
  return {.counted = true,
          .seen = now.seen,
          .submitted = now.submitted(),
          .discarded = now.discarded,
          .received = received,
          .unread = now.submitted() - received,
          .bytes = bytes,
          .lost = now.lost};
}

/// The account of a ring that another reader has taken: what is in it is that reader's.
inline records::ledger account_of_taken(std::uint64_t received, std::uint64_t bytes) noexcept {
  return {.seen = received, .submitted = received, .received = received, .bytes = bytes};
}

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

}  // namespace aiobpf::sources
