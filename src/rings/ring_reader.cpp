#include <aiobpf/rings/ring_reader.hpp>

namespace aiobpf::rings {

ring_walk ring_reader::peek(ring_limits limits) noexcept {
  ring_walk walk;
  walk_ring(memory_.data(), memory_.size(), next_, memory_.produced(), limits, guess_, walk,
            [](const std::byte*, std::uint32_t) noexcept {});
  return walk;
}

ring_walk ring_reader::look_ahead() const noexcept {
  ring_walk walk;
  std::uint32_t guess = guess_;
  walk_ring(memory_.data(), memory_.size(), next_, memory_.produced(), {}, guess, walk,
            [](const std::byte*, std::uint32_t) noexcept {});
  return walk;
}

}  // namespace aiobpf::rings
