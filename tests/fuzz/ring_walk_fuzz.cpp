// libFuzzer over the ring walk: arbitrary memory, positions, limits and guess. What lies outside of
// [begin, producer) is poisoned, so that a read of it ends the run.
#include "fuzzing.hpp"

#include <aiobpf/rings/ring_walk.hpp>

#include <sanitizer/asan_interface.h>

namespace rings = aiobpf::rings;
using aiobpf::fuzzing::input;

namespace {

constexpr std::size_t ring_bytes = 1024;
alignas(64) std::byte memory[2 * ring_bytes];  // the second half is the first again, as the mapping has it

void allow_only(std::uint64_t begin, std::uint64_t bytes) {
  ASAN_POISON_MEMORY_REGION(memory, sizeof(memory));
  if (bytes > ring_bytes || begin % 8 != 0 || bytes % 8 != 0) return;  // nothing may be read
  const std::size_t from = begin % ring_bytes;
  ASAN_UNPOISON_MEMORY_REGION(memory + from, bytes);
  if (from + bytes > ring_bytes) ASAN_UNPOISON_MEMORY_REGION(memory, from + bytes - ring_bytes);
}

void check(const rings::ring_walk& walk, std::uint64_t begin, std::uint64_t producer, std::size_t visited,
           rings::ring_limits limits) {
  const std::uint64_t walked = walk.end - walk.begin;
  AIOBPF_CHECK(walk.begin == begin);
  AIOBPF_CHECK(walked == 0 || walked <= producer - begin);
  AIOBPF_CHECK(walked % 8 == 0);
  AIOBPF_CHECK(walk.last - begin <= walked);
  AIOBPF_CHECK((walked == 0) == (walk.last == walk.end));
  AIOBPF_CHECK(walk.records == visited);
  AIOBPF_CHECK(walk.records + walk.discarded <= std::max<std::size_t>(limits.records, 1));
  AIOBPF_CHECK((walk.records + walk.discarded == 0) == (walked == 0));
  // More than the limit of bytes is walked over by one record alone, the first.
  AIOBPF_CHECK(walked <= std::max<std::size_t>(limits.bytes, 8) || walk.records + walk.discarded == 1);
  if (walk.uniform) {
    AIOBPF_CHECK(walk.discarded == 0 && walk.records > 0);
    AIOBPF_CHECK(walked == walk.records * rings::ring_header::stride(walk.length));
  }
  if (walk.stop == rings::ring_stop::empty) AIOBPF_CHECK(walk.end == producer);
  if (walk.stop == rings::ring_stop::limit) AIOBPF_CHECK(walked > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in{data, size};
  const auto shape = in.take<std::uint8_t>();
  std::uint64_t begin = in.take<std::uint64_t>();
  std::uint64_t producer = in.take<std::uint64_t>();
  if (shape & 1) {  // more often than by chance: positions that a ring can have
    begin = begin % (1ULL << 48) & ~7ULL;
    producer = begin + (producer % (ring_bytes + 1) & ~7ULL);
  }
  rings::ring_limits limits;
  if (shape & 2) limits.records = in.take<std::uint8_t>();
  if (shape & 4) limits.bytes = in.take<std::uint16_t>();
  std::uint32_t guess = shape & 8 ? in.take<std::uint32_t>() : in.take<std::uint8_t>();

  ASAN_UNPOISON_MEMORY_REGION(memory, sizeof(memory));
  std::memset(memory, 0, sizeof(memory));
  // The input's headers come where the walk begins.
  in.take_into(memory + begin % ring_bytes / 8 * 8, ring_bytes);
  if (const std::size_t over = begin % ring_bytes / 8 * 8) std::memcpy(memory, memory + ring_bytes, over);
  std::memcpy(memory + ring_bytes, memory, ring_bytes);
  allow_only(begin, producer - begin);

  rings::ring_walk walk;
  std::size_t visited = 0;
  unsigned sum = 0;
  rings::walk_ring(memory, ring_bytes, begin, producer, limits, guess, walk,
                   [&](const std::byte* record, std::uint32_t length) {
                     ++visited;
                     for (std::uint32_t i = 0; i < length; ++i) sum += std::to_integer<unsigned>(record[i]);
                   });
  volatile unsigned keep = sum;  // the bytes are really read
  static_cast<void>(keep);
  check(walk, begin, producer, visited, limits);
  return 0;
}
