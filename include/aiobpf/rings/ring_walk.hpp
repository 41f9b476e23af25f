#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aiobpf::rings {

/// How far one walk may go. At least one record is always taken, so that any limit makes progress.
struct ring_limits {
  std::size_t records = SIZE_MAX;  ///< discarded records count as well
  std::size_t bytes = SIZE_MAX;    ///< of ring space: headers and padding included
};

/// Why a walk ended.
enum class ring_stop : std::uint8_t {
  empty,    ///< everything that was submitted has been walked over
  busy,     ///< the next record is reserved and not yet submitted; it holds back those behind it
  limit,    ///< the limits are reached; there may be more
  corrupt,  ///< a header or position is inconsistent: nothing after it can be trusted
  taken,    ///< another reader has released records of this ring: it is that reader's now
};

/// What a walk found: committed records in the ring bytes [begin, end). Positions are the kernel's:
/// 64-bit byte offsets since the ring was made.
struct ring_walk {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t last = 0;     ///< where the last one begins; == end when there is none
  std::size_t records = 0;    ///< submitted ones
  std::size_t discarded = 0;  ///< given back by the program; visited by nobody
  bool uniform = false;       ///< all have the same length and none was discarded
  std::uint32_t length = 0;   ///< bytes of the last submitted record; of all when uniform
  ring_stop stop = ring_stop::empty;
};

/// The header before each record, as in the kernel's struct bpf_ringbuf_hdr (kernel/bpf/ringbuf.c)
/// and UAPI BPF_RINGBUF_*: a length with two flag bits, then 4 bytes that are the kernel's own.
namespace ring_header {
inline constexpr std::uint32_t busy_bit = 1U << 31;
inline constexpr std::uint32_t discard_bit = 1U << 30;
inline constexpr std::size_t size = 8;
/// Bytes of a record, at most (kernel/bpf/ringbuf.c, RINGBUF_MAX_RECORD_SZ): what the two flags leave.
inline constexpr std::size_t longest = discard_bit - 1;

constexpr std::uint32_t length(std::uint32_t word) noexcept {
  return word & ~(busy_bit | discard_bit);
}
/// Ring space of a record of `length` bytes: header, data, padding to 8.
constexpr std::uint64_t stride(std::uint32_t length) noexcept {
  return (length + size + 7ULL) & ~7ULL;
}
inline std::uint32_t load(const std::byte* header) noexcept {
  return __atomic_load_n(reinterpret_cast<const std::uint32_t*>(header), __ATOMIC_ACQUIRE);
}
}  // namespace ring_header

/// Walks over the committed records in [begin, producer) of any memory laid out as a BPF ring: `data`
/// is `size` bytes (a power of two) mapped twice in a row. Logic without I/O: nothing is released and
/// nothing but `data` is read, never outside [begin, producer), whatever is in there.
///
/// `visit(const std::byte* data, std::uint32_t length)` sees each submitted record. When it throws,
/// `out` says what was walked up to and with that record.
/// `guess` is the header that the next record probably has; it is kept from walk to walk. Checking a
/// guess lets the processor run ahead, where a load of each length would make it wait.
template <class Visitor>
void walk_ring(const std::byte* data, std::size_t size, std::uint64_t begin, std::uint64_t producer,
               ring_limits limits, std::uint32_t& guess, ring_walk& out, Visitor&& visit) {
  // Far enough that a line from memory, and the page it is in, arrive in time; near enough to stay in the
  // first-level cache. Of long records one line in many is wanted, which the processor does not foresee:
  // those are fetched from farther, into the second-level cache, which waits for more lines at a time.
  constexpr std::uint64_t prefetch_bytes = 8192;
  constexpr std::uint64_t prefetch_records = 64;
  constexpr std::uint64_t long_stride = 128;

  out = {.begin = begin, .end = begin, .last = begin};
  const std::uint64_t there = producer - begin;
  // No ring lives to 2^63 bytes; below that, no position and no sum of one wraps around.
  constexpr std::uint64_t never_reached = 1ULL << 63;
  if (there > size || begin >= never_reached || begin % 8 != 0 || producer % 8 != 0) {
    out.stop = ring_stop::corrupt;
    return;
  }
  // All that is there is in one piece, thanks to the second mapping: no position need be wrapped. A prefetch
  // must not be either: first-level caches know a line by the address it was asked for. One that misses the
  // mapping does nothing.
  const std::byte* const first = data + (begin & (size - 1));
  const auto header_at = [&](std::uint64_t at) {
#ifdef __SANITIZE_THREAD__
    // To the thread sanitizer the second mapping is other memory: what a producer released in the first one
    // would not be acquired there.
    return data + ((begin + at) & (size - 1));
#else
    return first + at;
#endif
  };
  const auto prefetch = [&](std::uint64_t at) { __builtin_prefetch(first + at); };
  const std::uint64_t soft_end =
      std::min<std::uint64_t>(there, std::max<std::size_t>(limits.bytes, ring_header::size));
  std::uint64_t position = 0;  // from `begin` on, as all below
  std::uint64_t last = 0;
  std::size_t left = std::max<std::size_t>(limits.records, 1);
  std::size_t records = 0;
  std::size_t breaks = 0;  // how often a record differed from the one before

  // The counts live in registers; this writes them down however the walk ends.
  struct settle {
    ring_walk& out;
    std::uint64_t& position;
    std::uint64_t& last;
    std::size_t& records;
    std::size_t& breaks;
    const std::uint32_t& guess;
    ~settle() {
      out.end = out.begin + position;
      out.last = out.begin + last;
      out.records = records;
      out.length = guess;
      out.uniform = records > 0 && breaks == 0 && out.discarded == 0;
    }
  };
  std::uint32_t word = guess & ~(ring_header::busy_bit | ring_header::discard_bit);
  guess = word;
  const settle at_end{out, position, last, records, breaks, guess};
  std::uint64_t stride = ring_header::stride(word);

  for (;;) {
    // As long as the guess holds: no length is loaded, checked or rounded.
    // Of few records nothing lies ahead: what a prefetch would ask for there costs a walk over page tables.
    const bool is_long = stride > long_stride;
    const std::uint64_t ahead = there <= prefetch_bytes ? 0
                                : is_long               ? stride * prefetch_records
                                                        : prefetch_bytes;
    while (left > 0 && position + stride <= soft_end) {
      const std::byte* header = header_at(position);
      if (ring_header::load(header) != word) break;
      if (is_long) {
        __builtin_prefetch(first + position + ahead, 0, 2);
      } else {
        prefetch(position + ahead);
      }
      last = position;
      position += stride;
      ++records;
      --left;
      visit(header + ring_header::size, word);
    }
    if (left == 0 || position >= soft_end) {
      out.stop = position == there ? ring_stop::empty : ring_stop::limit;
      return;
    }
    // Another length, a flag, or an end: look closely.
    const std::byte* header = header_at(position);
    const std::uint32_t found = ring_header::load(header);
    if (found & ring_header::busy_bit) {
      out.stop = ring_stop::busy;
      return;
    }
    const std::uint64_t needed = ring_header::stride(ring_header::length(found));
    if (needed > there - position) {
      out.stop = ring_stop::corrupt;
      return;
    }
    if (position + needed > soft_end && position != 0) {
      out.stop = ring_stop::limit;
      return;
    }
    // Headers at random distances: no processor foresees them, so as many lines are fetched as were passed.
    // Always four, as a count that varies would be guessed wrong.
    if (there > prefetch_bytes) {
      for (std::uint64_t i = 0; i < 4; ++i) prefetch(position + prefetch_bytes + needed * i / 4);
    }
    if (found & ring_header::discard_bit) {
      last = position;
      position += needed;
      ++out.discarded;
      --left;
      continue;
    }
    if (found != word && records > 0) ++breaks;
    word = found;
    guess = found;
    stride = needed;
    last = position;
    position += stride;
    ++records;
    --left;
    visit(header + ring_header::size, word);
  }
}

}  // namespace aiobpf::rings
