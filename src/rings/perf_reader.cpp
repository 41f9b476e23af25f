#include <aiobpf/rings/perf_reader.hpp>

#include <algorithm>
#include <cstring>

namespace aiobpf::rings {

const std::byte* perf_reader::payloads(const perf_walk& walk) noexcept {
  const std::size_t begin = (walk.first + perf_header::payload) & (memory_.size() - 1);
  if (!walk.wraps) return memory_.data() + begin;
  const std::size_t bytes = walk.length;
  const std::size_t before = std::min<std::size_t>(bytes, memory_.size() - begin);
  std::memcpy(pieced_.data(), memory_.data() + begin, before);
  std::memcpy(pieced_.data() + before, memory_.data(), bytes - before);
  return pieced_.data();
}

std::uint64_t perf_reader::look_ahead() const noexcept {
  const std::uint64_t head = memory_.head();
  std::uint64_t guess = guess_;
  std::uint64_t samples = 0;
  perf_walk walk{.end = next_, .stop = ring_stop::limit};
  while (walk.stop == ring_stop::limit) {
    walk_perf(memory_.data(), memory_.size(), walk.end, head, {}, guess, walk,
              [](const std::byte*, std::uint32_t) noexcept {});
    samples += walk.records;
  }
  return samples;
}

}  // namespace aiobpf::rings
