// libFuzzer over the walk of perf buffers: arbitrary memory, positions, limits and guess. What lies outside
// of [begin, head) is poisoned, so that a read of it ends the run.
#include "fuzzing.hpp"

#include <aiobpf/rings/perf_walk.hpp>

#include <sanitizer/asan_interface.h>

namespace rings = aiobpf::rings;
using aiobpf::fuzzing::input;

namespace {

constexpr std::size_t buffer_bytes = 1024;
alignas(64) std::byte memory[buffer_bytes];

void allow_only(std::uint64_t begin, std::uint64_t bytes) {
  ASAN_POISON_MEMORY_REGION(memory, sizeof(memory));
  if (bytes > buffer_bytes || begin % 8 != 0 || bytes % 8 != 0) return;  // nothing may be read
  const std::size_t from = begin % buffer_bytes;
  const std::size_t piece = std::min<std::size_t>(bytes, buffer_bytes - from);
  ASAN_UNPOISON_MEMORY_REGION(memory + from, piece);
  ASAN_UNPOISON_MEMORY_REGION(memory, bytes - piece);
}

void check(const rings::perf_walk& walk, std::uint64_t begin, std::uint64_t head, std::size_t visited,
           rings::ring_limits limits) {
  const std::uint64_t walked = walk.end - begin;
  AIOBPF_CHECK(walk.begin == begin);
  AIOBPF_CHECK(walked <= head - begin);
  AIOBPF_CHECK(walked % 8 == 0);
  AIOBPF_CHECK(walk.first - begin <= walked);
  AIOBPF_CHECK((walk.records == 0) == (walk.first == walk.end));
  AIOBPF_CHECK(visited == walk.records - (walk.wraps ? 1 : 0));
  AIOBPF_CHECK(walk.records <= std::max<std::size_t>(limits.records, 1));
  if (walk.wraps) AIOBPF_CHECK(walk.records == 1);
  if (walk.uniform) AIOBPF_CHECK(walk.end - walk.first == walk.records * (walk.length + 12));
  // Samples lie in one piece of memory; only one that wraps does not.
  if (walk.records > 0 && !walk.wraps)
    AIOBPF_CHECK(walk.first % buffer_bytes + (walk.end - walk.first) <= buffer_bytes);
  if (walk.stop == rings::ring_stop::empty) AIOBPF_CHECK(walk.end == head);
  if (walk.stop == rings::ring_stop::limit) AIOBPF_CHECK(walked > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in{data, size};
  const auto shape = in.take<std::uint8_t>();
  std::uint64_t begin = in.take<std::uint64_t>();
  std::uint64_t head = in.take<std::uint64_t>();
  if (shape & 1) {  // more often than by chance: positions that a buffer can have
    begin = begin % (1ULL << 48) & ~7ULL;
    head = begin + (head % (buffer_bytes + 1) & ~7ULL);
  }
  rings::ring_limits limits;
  if (shape & 2) limits.records = in.take<std::uint8_t>();
  if (shape & 4) limits.bytes = in.take<std::uint16_t>();
  std::uint64_t guess = shape & 8
                            ? in.take<std::uint64_t>()
                            : rings::perf_header::make(rings::perf_header::sample, in.take<std::uint8_t>());

  ASAN_UNPOISON_MEMORY_REGION(memory, sizeof(memory));
  std::memset(memory, 0, sizeof(memory));
  // The input's headers come where the walk begins. Half of the time they are given a kind and a small size.
  std::byte bytes[buffer_bytes] = {};
  in.take_into(bytes, sizeof(bytes));
  if (shape & 16) {
    for (std::size_t at = 0; at < buffer_bytes;) {
      const auto pick = std::to_integer<unsigned>(bytes[at]);
      const std::uint32_t type = pick % 8 == 0   ? rings::perf_header::lost
                                 : pick % 8 == 1 ? rings::perf_header::lost_samples
                                                 : rings::perf_header::sample;
      const auto length = static_cast<std::uint16_t>(16 + pick / 8 % 8 * 8);
      const std::uint64_t header = rings::perf_header::make(type, length);
      std::memcpy(bytes + at, &header, sizeof(header));
      at += length;
    }
  }
  const std::size_t from = begin % buffer_bytes / 8 * 8;
  std::memcpy(memory + from, bytes, buffer_bytes - from);
  std::memcpy(memory, bytes + buffer_bytes - from, from);
  allow_only(begin, head - begin);

  rings::perf_walk walk;
  std::size_t visited = 0;
  unsigned sum = 0;
  rings::walk_perf(memory, buffer_bytes, begin, head, limits, guess, walk,
                   [&](const std::byte* record, std::uint32_t length) {
                     ++visited;
                     for (std::uint32_t i = 0; i < length; ++i) sum += std::to_integer<unsigned>(record[i]);
                   });
  volatile unsigned keep = sum;  // the bytes are really read
  static_cast<void>(keep);
  check(walk, begin, head, visited, limits);
  return 0;
}
