#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/rings/ring_memory.hpp>
#include <aiobpf/rings/ring_writer.hpp>

#include <cstddef>
#include <span>

namespace aiobpf::rings {

/// A BPF_MAP_TYPE_USER_RINGBUF: records that this process writes, and BPF programs take
/// (bpf_user_ringbuf_drain()). Reserve, fill, submit; nothing is copied.
///
///   if (const auto room = ring.reserve(sizeof(request)); room.record != nullptr) {
///     std::memcpy(room.record, &request, sizeof(request));
///     ring.submit(room.record);
///   }
///
/// Threads  one reserve() at a time; submit() and discard() at any time, on any thread
/// Fork     the ring is the parent's: a child's reserve() throws closed, its submit() and discard() do
/// nothing Needs    kernel 6.1
class user_ring {
public:
  /// Throws bpf::error: wrong_type (not a user ring buffer), an errno (EPERM, ENOMEM).
  explicit user_ring(const bpf::map& ring)
      : memory_(ring_memory::map_user_ring(ring)), writer_(memory_, memory_.size()) {}

  /// A record to fill: `bytes` of it, aligned to 8; or null, and why. It holds back those behind it until it
  /// is submitted or discarded. Throws bpf::error: closed (made before fork()).
  ring_writer::reservation reserve(std::size_t bytes) {
    made_.check("write into a user ring");
    return writer_.reserve(bytes);
  }
  /// A copy of `record`; false when there is no room. Throws bpf::error: wrong_size (no room will ever be
  /// enough), closed (made before fork()).
  bool write(std::span<const std::byte> record);
  /// Makes a record visible to programs.
  void submit(std::byte* record) noexcept {
    if (made_.is_ours()) static_cast<void>(writer_.submit(record));
  }
  /// Gives a record back: programs skip it.
  void discard(std::byte* record) noexcept {
    if (made_.is_ours()) static_cast<void>(writer_.discard(record));
  }

  /// Bytes that programs have not taken yet, headers included.
  std::size_t unread() const noexcept { return memory_.produced() - memory_.consumed(); }
  std::size_t size() const noexcept { return memory_.size(); }
  /// For epoll: EPOLLOUT, edge-triggered, tells that a program has taken records. (It polls writable as long
  /// as there is any room, be it too little.)
  int native_handle() const noexcept { return memory_.native_handle(); }

private:
  bpf::fork_guard made_;
  ring_memory memory_;
  ring_writer writer_;
};

}  // namespace aiobpf::rings
