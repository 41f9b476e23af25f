#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiobpf::records {

// Why records are lost: one line a cause, of which all else is made, sums, the Python class and what is
// printed. (name, side, what happened)
// clang-format off
#define AIOBPF_CAUSES(cause)                                                                                 \
  cause(ring_full, program, "the ring had no room")                                                          \
  cause(contended, program, "the reserve failed twice although there was room: its lock was taken")          \
  cause(oversize, program, "the record is larger than the ring")                                             \
  cause(sampled, program, "left out by sampling")                                                            \
  cause(limited, program, "beyond the limit of records a second")                                            \
  cause(unpaired, program, "too many calls were in progress when it began")                                  \
  cause(unknown_type, consumer, "no type has the tag of the record")                                         \
  cause(too_short, consumer, "the record is shorter than its type")                                          \
  cause(too_long, consumer, "the record is longer than its type")                                            \
  cause(skipped, consumer, "records of this type are not wanted")                                            \
  cause(dropped_at_close, consumer, "queued when the stream was closed")
// clang-format on

/// Which of the ledger's sums a cause belongs to.
enum class side : std::uint8_t {
  program,   ///< the BPF program tried to emit it, and the kernel refused: part of the first sum
  consumer,  ///< received, and not handed to the user's code: part of the third sum
};

#define AIOBPF_ENUMERATOR(name, where, meaning) name,
enum class cause : std::uint8_t { AIOBPF_CAUSES(AIOBPF_ENUMERATOR) };
#undef AIOBPF_ENUMERATOR

struct cause_info {
  cause which;
  side where;
  std::string_view name;
  std::string_view meaning;
};

#define AIOBPF_ROW(name, where, meaning) cause_info{cause::name, side::where, #name, meaning},
/// All causes, in the order of the enumeration.
inline constexpr std::array causes{AIOBPF_CAUSES(AIOBPF_ROW)};
#undef AIOBPF_ROW
#undef AIOBPF_CAUSES

/// Numbers of lost records, by cause.
class losses {
public:
  constexpr std::uint64_t& operator[](cause which) noexcept {
    return counts_[static_cast<std::size_t>(which)];
  }
  constexpr std::uint64_t operator[](cause which) const noexcept {
    return counts_[static_cast<std::size_t>(which)];
  }
  constexpr losses& operator+=(const losses& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    return *this;
  }
  /// All that were lost on one side.
  constexpr std::uint64_t sum(side where) const noexcept {
    std::uint64_t total = 0;
    for (const cause_info& one : causes) {
      if (one.where == where) total += (*this)[one.which];
    }
    return total;
  }
  friend bool operator==(const losses&, const losses&) = default;

private:
  std::array<std::uint64_t, causes.size()> counts_{};
};

/// Where every record went: a frozen copy of the counts at one moment. All are numbers of records since the
/// source was made, except for bytes and missed.
///
///   seen      == submitted + discarded + lost by the program's side       the BPF program
///   submitted == received + unread                                        the ring
///   received  == delivered + queued + lost by the consumer's side         this process
///
/// The first line is counted by aiobpf.bpf.h, per CPU. For a ring that was not made by AIOBPF_RING `counted`
/// is false: what failed in the kernel is unknown, and submitted is what the ring held. A record that a
/// program has reserved and not yet submitted is unread; sums taken while programs run may differ by those.
struct ledger {
  bool counted = false;
  /// The ring was taken over from another reader while programs emitted, and it is not known yet which of the
  /// counted records are whose: `seen` and `submitted` are provisional. Settled later, for the past as well.
  bool settling = false;
  std::uint64_t seen = 0;       ///< attempts to emit a record
  std::uint64_t submitted = 0;  ///< records that reached the ring
  std::uint64_t discarded = 0;  ///< given back by the program itself: not a loss
  std::uint64_t received = 0;   ///< taken out of the ring
  std::uint64_t unread = 0;     ///< still in the ring; they stay there for its next reader
  std::uint64_t delivered = 0;  ///< handed to the user's code
  std::uint64_t queued = 0;     ///< received and waiting to be handed over
  std::uint64_t bytes = 0;      ///< space received, headers and padding included
  /// Runs of the programs that the kernel skipped because they would have interrupted themselves, up to the
  /// last verify(): they had no chance to emit. Beside the sums.
  std::uint64_t missed = 0;
  losses lost{};  ///< by cause

  /// Whether the three sums hold.
  bool balances() const noexcept {
    return seen == submitted + discarded + lost.sum(side::program) && submitted == received + unread &&
           received == delivered + queued + lost.sum(side::consumer);
  }

  ledger& operator+=(const ledger& other) noexcept;
  friend bool operator==(const ledger&, const ledger&) = default;
};

/// The counts of a ledger beside the causes, by name.
struct count_info {
  std::uint64_t ledger::*count;
  std::string_view name;
};

inline constexpr std::array counts{
    count_info{&ledger::seen, "seen"},           count_info{&ledger::submitted, "submitted"},
    count_info{&ledger::discarded, "discarded"}, count_info{&ledger::received, "received"},
    count_info{&ledger::unread, "unread"},       count_info{&ledger::delivered, "delivered"},
    count_info{&ledger::queued, "queued"},       count_info{&ledger::bytes, "bytes"},
    count_info{&ledger::missed, "missed"},
};

/// Calls `use(name, value)` with every count of a ledger and every cause, in the order of the tables.
template <class Use>
void for_each_count(const ledger& from, Use&& use) {
  for (const count_info& one : counts) use(one.name, from.*one.count);
  for (const cause_info& one : causes) use(one.name, from.lost[one.which]);
}

/// What the stages after a source know of its records: how many wait, and how many they lost.
struct backlog {
  std::uint64_t queued = 0;
  losses lost{};

  backlog& operator+=(const backlog& other) noexcept {
    queued += other.queued;
    lost += other.lost;
    return *this;
  }
};

/// The whole account: a source's half (counts up to `received`) and the backlog of the stages after it.
ledger compose(ledger of_source, const backlog& after) noexcept;

}  // namespace aiobpf::records
