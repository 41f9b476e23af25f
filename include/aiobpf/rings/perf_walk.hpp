#pragma once

#include <aiobpf/rings/ring_walk.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aiobpf::rings {

/// What a walk over a perf buffer found: samples in the bytes [begin, end), which lie in one piece of memory,
/// unless `wraps`. Positions are the kernel's: 64-bit byte offsets since the buffer was made.
struct perf_walk {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first = 0;            ///< where the first sample begins; == end when there is none
  std::size_t records = 0;            ///< samples
  std::uint64_t lost = 0;             ///< what records between them say that was lost
  bool uniform = false;               ///< all samples have one length, and follow each other
  bool wraps = false;                 ///< one sample alone, whose bytes go on at the buffer's beginning
  std::uint32_t length = 0;           ///< payload bytes of the last sample; of all when uniform
  ring_stop stop = ring_stop::empty;  ///< empty, limit or corrupt
};

/// A record of a perf buffer (UAPI struct perf_event_header): type, flags and size in 8 bytes. A sample of
/// PERF_SAMPLE_RAW goes on with the payload's length, 4 bytes, and the payload. The kernel pads payloads so
/// that the next record is aligned to 8, and counts the padding as payload.
namespace perf_header {
inline constexpr std::uint32_t sample = 9;         // PERF_RECORD_SAMPLE
inline constexpr std::uint32_t lost = 2;           // PERF_RECORD_LOST: an id, then how many
inline constexpr std::uint32_t lost_samples = 13;  // PERF_RECORD_LOST_SAMPLES: how many
inline constexpr std::size_t size = 8;
inline constexpr std::size_t payload = 12;  ///< bytes from a sample's beginning to its payload
inline constexpr std::size_t longest = 65528;

/// The header without its flags, which say where the CPU was.
inline std::uint64_t load(const std::byte* header) noexcept {
  std::uint64_t word;
  std::memcpy(&word, header, sizeof(word));
  return word & ~(0xffffULL << 32);
}
constexpr std::uint64_t make(std::uint32_t type, std::uint16_t bytes) noexcept {
  return type | std::uint64_t{bytes} << 48;
}
constexpr std::uint32_t type(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word);
}
constexpr std::uint64_t bytes(std::uint64_t word) noexcept {
  return word >> 48;
}
}  // namespace perf_header

/// Walks over the records in [begin, head) of memory laid out as a perf buffer: `data` is `size` bytes, a
/// power of two. Logic without I/O: nothing is released and nothing but `data` is read, never outside of
/// [begin, head), whatever is in there.
///
/// A walk ends where the memory does, with `limit`; a sample that lies across that end is a separate walk.
/// It also ends before a record that is not a sample, when it has samples: such a record is passed over at
/// the beginning of a walk only.
///
/// `visit(const std::byte* data, std::uint32_t length)` sees each sample's payload, at 4 modulo 8; not that
/// of one that wraps. It must not throw. `guess` is the header that the next sample probably has; it is kept
/// from walk to walk.
template <class Visitor>
void walk_perf(const std::byte* data, std::size_t size, std::uint64_t begin, std::uint64_t head,
               ring_limits limits, std::uint64_t& guess, perf_walk& out, Visitor&& visit) {
  constexpr std::uint64_t prefetch_bytes = 8192;

  out = {.begin = begin, .end = begin, .first = begin};
  const std::uint64_t there = head - begin;
  if (there > size || begin % 8 != 0 || head % 8 != 0) {
    out.stop = ring_stop::corrupt;
    return;
  }
  const std::byte* const from = data + (begin & (size - 1));
  const std::uint64_t to_wrap = size - (begin & (size - 1));
  const std::uint64_t piece = std::min(there, to_wrap);
  const std::uint64_t soft_end =
      std::min<std::uint64_t>(there, std::max<std::size_t>(limits.bytes, perf_header::size));
  const std::uint64_t fast_end = std::min(piece, soft_end);
  const std::uint64_t ahead = there <= prefetch_bytes ? 0 : prefetch_bytes;

  std::uint64_t position = 0;  // from `begin` on, as all below
  std::uint64_t first = 0;
  std::size_t left = std::max<std::size_t>(limits.records, 1);
  std::size_t records = 0;
  std::size_t breaks = 0;  // how often a sample differed from the one before
  if (perf_header::type(guess) != perf_header::sample || perf_header::bytes(guess) < 2 * perf_header::size ||
      perf_header::bytes(guess) % 8 != 0) {
    guess = perf_header::make(perf_header::sample, 2 * perf_header::size);
  }
  std::uint64_t word = guess;
  std::uint64_t stride = perf_header::bytes(word);

  const auto end = [&](ring_stop why) {
    out.end = begin + position;
    out.first = begin + first;
    out.records = records;
    out.length = static_cast<std::uint32_t>(stride - perf_header::payload);
    out.uniform = records > 0 && breaks == 0;
    out.stop = why;
    guess = word;
  };

  for (;;) {
    // As long as the guess holds: no length is loaded, checked or rounded.
    while (left > 0 && position + stride <= fast_end) {
      const std::byte* const header = from + position;
      if (perf_header::load(header) != word) break;
      __builtin_prefetch(header + ahead);
      position += stride;
      ++records;
      --left;
      visit(header + perf_header::payload, static_cast<std::uint32_t>(stride - perf_header::payload));
    }
    if (position == there) return end(ring_stop::empty);
    if (left == 0 || position >= soft_end || position == to_wrap) return end(ring_stop::limit);

    // Another length, no sample, or an end: look closely.
    const std::uint64_t found = perf_header::load(from + position);
    const std::uint64_t needed = perf_header::bytes(found);
    if (needed < perf_header::size || needed % 8 != 0 || needed > there - position) {
      return end(ring_stop::corrupt);
    }
    if (perf_header::type(found) != perf_header::sample) {
      if (records > 0) return end(ring_stop::limit);
      const auto at = [&](std::uint64_t offset) {
        std::uint64_t value = 0;
        if (offset + sizeof(value) <= needed)
          std::memcpy(&value, data + ((begin + position + offset) & (size - 1)), sizeof(value));
        return value;
      };
      if (perf_header::type(found) == perf_header::lost) out.lost += at(16);
      if (perf_header::type(found) == perf_header::lost_samples) out.lost += at(8);
      position += needed;
      first = position;
      if (position > piece) return end(position == there ? ring_stop::empty : ring_stop::limit);
      continue;
    }
    if (needed < 2 * perf_header::size) return end(ring_stop::corrupt);
    const bool wraps = position + needed > piece;
    if ((wraps || position + needed > soft_end) && records > 0) return end(ring_stop::limit);
    if (found != word && records > 0) ++breaks;
    word = found;
    stride = needed;
    position += stride;
    ++records;
    --left;
    if (wraps) {
      out.wraps = true;
      return end(position == there ? ring_stop::empty : ring_stop::limit);
    }
    visit(from + position - stride + perf_header::payload,
          static_cast<std::uint32_t>(stride - perf_header::payload));
  }
}

}  // namespace aiobpf::rings
