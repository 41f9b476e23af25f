#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/rings/ring_memory.hpp>

#include <cstdint>
#include <utility>

namespace aiobpf::rings {

/// One reader's hold of a ring: how far that reader has released it.
///
/// A ring has one consumer_pos and so one reader: the one that released last. Another reader that releases,
/// in this or any other process, has taken the ring over. The first one finds that out here, and from then
/// on releases nothing: moving consumer_pos past the other's records would lose them, and moving it back
/// would let the kernel write over records that are still being read.
///
/// Threads  one at a time
/// Fork     the memory is shared: for a child the ring is taken, by its parent
class consumer_position {
public:
  /// Goes on where the ring's last reader released.
  explicit consumer_position(ring_memory memory) noexcept
      : memory_(std::move(memory)), released_(memory_.consumed()) {}

  std::uint64_t released() const noexcept { return released_; }
  /// Whether this is the process that it was made in.
  bool is_ours() const noexcept { return made_.is_ours(); }

  /// Whether another reader has moved the position since.
  bool is_taken() const noexcept { return !is_ours() || memory_.consumed() != released_; }

  /// Releases what is before `position`: the kernel may write over it. False when the ring was taken; nothing
  /// is released then. What was read before a release that succeeded was still intact.
  bool release(std::uint64_t position) noexcept {
    if (!is_ours() || !memory_.release(released_, position)) return false;
    released_ = position;
    return true;
  }

  /// Another hold of the same reader has released up to there: this one goes on from that.
  void adopt(std::uint64_t released) noexcept { released_ = released; }

private:
  bpf::fork_guard made_;
  ring_memory memory_;
  std::uint64_t released_;
};

}  // namespace aiobpf::rings
