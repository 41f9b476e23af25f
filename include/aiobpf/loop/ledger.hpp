#pragma once

#include <cstdint>

namespace aiobpf::loop {

/// Where every record went: a frozen copy of the counts at one moment. All are numbers of records since
/// the source was made, but for bytes.
///
///   seen      == submitted + discarded + ring_full + oversize     the BPF program's side
///   submitted == received + unread                                the ring
///   received  == delivered + queued + dropped_at_close            our side
///
/// The first line is counted by aiobpf.bpf.h, per CPU; with a ring that was not made by AIOBPF_RING
/// `counted` is false, what failed in the kernel is unknown, and submitted is what the ring held.
/// A record that is reserved and not yet submitted is seen and nothing else: sums taken while programs run
/// may differ by those.
struct ledger {
  bool counted = false;
  /// The ring was taken over from another reader while programs emitted, and it is not known yet which of the
  /// counted records are whose: `seen` and `submitted` are provisional. Settled later, for the past as well.
  bool settling = false;
  std::uint64_t seen = 0;
  std::uint64_t submitted = 0;
  std::uint64_t discarded = 0;         ///< given back by the program itself: not a loss
  std::uint64_t ring_full = 0;         ///< lost: no room in the ring
  std::uint64_t oversize = 0;          ///< lost: larger than the ring
  std::uint64_t received = 0;          ///< taken out of the ring
  std::uint64_t unread = 0;            ///< still in the ring; they stay there for its next reader
  std::uint64_t delivered = 0;         ///< handed to the user's code
  std::uint64_t queued = 0;            ///< received and waiting to be handed over
  std::uint64_t dropped_at_close = 0;  ///< lost: queued when the stream was closed
  std::uint64_t bytes = 0;             ///< ring space received: headers and padding included

  /// Whether the three sums hold.
  bool balances() const noexcept {
    return seen == submitted + discarded + ring_full + oversize && submitted == received + unread &&
           received == delivered + queued + dropped_at_close;
  }

  ledger& operator+=(const ledger& other) noexcept;
  friend bool operator==(const ledger&, const ledger&) = default;
};

}  // namespace aiobpf::loop
