#pragma once

#include <aiobpf/rings/ring_memory.hpp>
#include <aiobpf/rings/ring_walk.hpp>

#include <cstddef>
#include <cstdint>

namespace aiobpf::rings {

/// The producing side of a ring that this process may write: the kernel's protocol of reserve and commit.
///
/// Threads  one reserve() at a time (the kernel takes a lock there); commits at any time, on any thread
class ring_writer {
public:
  /// A ring is never filled to its last byte (kernel/bpf/ringbuf.c, __bpf_ringbuf_reserve).
  explicit ring_writer(ring_memory memory) noexcept : memory_(std::move(memory)), most_(memory_.size() - 1) {}
  /// Uses `most` bytes of it: a user ring may be filled.
  ring_writer(ring_memory memory, std::size_t most) noexcept : memory_(std::move(memory)), most_(most) {}

  enum class refusal : std::uint8_t {
    none,
    full,      ///< no room at this moment
    oversize,  ///< larger than the ring, or than a record's length can say
  };
  struct reservation {
    std::byte* record = nullptr;  ///< `bytes` of it, aligned to 8; null when refused
    refusal why = refusal::none;
  };

  /// A record to fill. The reader sees neither it nor what is reserved after it before it is committed.
  reservation reserve(std::size_t bytes) noexcept;

  /// Makes a record visible. True when the reader is to be woken: it has caught up with all before this
  /// record, and waits. The kernel's rule (kernel/bpf/ringbuf.c, bpf_ringbuf_commit).
  [[nodiscard]] bool submit(std::byte* record) noexcept { return commit(record, 0); }
  /// Gives a record back; the reader skips it. As submit().
  [[nodiscard]] bool discard(std::byte* record) noexcept { return commit(record, ring_header::discard_bit); }

private:
  bool commit(std::byte* record, std::uint32_t flag) noexcept;

  ring_memory memory_;
  std::size_t most_;
};

}  // namespace aiobpf::rings
