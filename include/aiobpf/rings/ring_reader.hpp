#pragma once

#include <aiobpf/rings/consumer_position.hpp>
#include <aiobpf/rings/ring_memory.hpp>
#include <aiobpf/rings/ring_walk.hpp>

#include <cstdint>
#include <span>
#include <utility>

namespace aiobpf::rings {

/// Whether the last record of a drain is released with the others.
enum class ring_release : std::uint8_t {
  all,
  /// Keep the last one unreleased: the producer then never finds the reader caught up, and sends no
  /// wakeup. For a reader that will look again by a timer; release() ends it.
  hold_last,
};

/// Reads a BPF ring buffer (or any memory laid out as one), bounded and in batches.
///
/// Reading is walking: the reader keeps its position, next(), and tells the producer (consumer_pos) once a
/// drain, not once a record.
///
/// A ring has one reader at a time. A second one, in any process, begins where the first one last released,
/// so both may visit the records in between. Whichever releases first keeps the ring; the other one's next
/// drain ends with ring_stop::taken and visits nothing, and so does each one after it.
///
/// Threads     one at a time; producers may run on any CPU meanwhile
/// Fork        in a child the ring is taken, by the parent
/// Needs       kernel 5.8
class ring_reader {
public:
  /// Reads on where the ring's last reader stopped. Memory: see ring_memory.
  explicit ring_reader(ring_memory memory) noexcept
      : memory_(std::move(memory)), position_(memory_), next_(position_.released()) {}

  /// peek() and consume() in one pass: calls `visit(std::span<const std::byte>)` with each committed record
  /// within `limits`, then releases them. The span is valid inside the call only. The record of a
  /// visitor that throws is consumed: that one and those before it are released, the next drain goes on after
  /// it. Errors come as ring_stop::corrupt or ring_stop::taken, and stay. With `taken`, another reader may
  /// have had the records that this drain visited as well.
  template <class Visitor>
  ring_walk drain(ring_limits limits, Visitor&& visit, ring_release how = ring_release::all) {
    ring_walk walk{.begin = next_, .end = next_, .last = next_, .stop = ring_stop::taken};
    if (position_.is_taken()) return walk;
    try {
      walk_ring(memory_.data(), memory_.size(), next_, memory_.produced(), limits, guess_, walk,
                [&](const std::byte* data, std::uint32_t length) {
                  visit(std::span{data, length});
                });
    } catch (...) {
      consume(walk, how);
      throw;
    }
    if (!consume(walk, how)) walk.stop = ring_stop::taken;
    return walk;
  }

  /// The committed records within `limits`, which stay in the ring until consume(walk). Their bytes are
  /// at(walk.begin), walk.end - walk.begin of them, in one piece, headers included.
  ring_walk peek(ring_limits limits) noexcept;
  const std::byte* at(std::uint64_t position) const noexcept {
    return memory_.data() + (position & (memory_.size() - 1));
  }

  /// Calls `visit(const std::byte* data, std::uint32_t length)` with each record of a walk that is not
  /// released.
  template <class Visitor>
  void for_each(const ring_walk& walk, Visitor&& visit) const {
    std::uint32_t guess = guess_;
    ring_walk again;
    walk_ring(memory_.data(), memory_.size(), walk.begin, walk.end, {}, guess, again,
              std::forward<Visitor>(visit));
  }

  /// Goes on behind a walk; its records stay unreleased, and the caller sees to their release.
  void advance(const ring_walk& walk) noexcept { next_ = walk.end; }

  /// Goes on behind a walk and releases its records. False when another reader has taken the ring.
  bool consume(const ring_walk& walk, ring_release how = ring_release::all) noexcept {
    advance(walk);
    return walk.end == walk.begin || position_.release(how == ring_release::all ? walk.end : walk.last);
  }

  /// Releases what is before `position`, which is not after next(). False when another reader has taken the
  /// ring.
  bool release(std::uint64_t position) noexcept { return position_.release(position); }
  bool is_taken() const noexcept { return position_.is_taken(); }

  /// Releases what was held back; false when another reader has taken the ring. Records that come after it
  /// wake an armed epoll again; available() sees what came before.
  bool release() noexcept { return position_.release(next_); }
  bool is_holding() const noexcept { return position_.released() != next_; }

  /// Ring bytes between next() and the producer: reserved, submitted and discarded records.
  std::uint64_t available() const noexcept { return memory_.produced() - next_; }

  /// Walks over all that is still to be read, and stays where it is: `records` are submitted. 1 to 2 ns each.
  ring_walk look_ahead() const noexcept;

  std::uint64_t next() const noexcept { return next_; }
  const consumer_position& position() const noexcept { return position_; }
  consumer_position& position() noexcept { return position_; }
  std::size_t size() const noexcept { return memory_.size(); }  ///< bytes
  int native_handle() const noexcept { return memory_.native_handle(); }

private:
  ring_memory memory_;
  consumer_position position_;
  std::uint64_t next_ = 0;
  std::uint32_t guess_ = 0;
};

}  // namespace aiobpf::rings
