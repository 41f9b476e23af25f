#pragma once

#include <aiobpf/bpf/map.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace aiobpf::bpf {

/// Writes records into a ring that programs read (BPF_MAP_TYPE_USER_RINGBUF, bpf_user_ringbuf_drain()).
///
///   bpf::user_ring commands{object.map("commands")};
///   if (!commands.submit(bytes)) ...                      // it is full: a program has to drain it first
///
/// Kernel 6.1. Move-only.
///
/// Threads  one at a time, in one process: two writers would overwrite one another's records
/// Fork     a child does not write
class user_ring {
public:
  /// Throws bpf::error: wrong_type (not a user ring), an errno.
  explicit user_ring(const map& ring);
  user_ring(user_ring&&) noexcept;
  user_ring& operator=(user_ring&&) noexcept;
  ~user_ring();

  /// Adds a record; false when it has no room. Throws bpf::error: wrong_size (more than the ring can ever
  /// hold), closed (in a child of fork()), an errno.
  bool submit(std::span<const std::byte> record);

private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace aiobpf::bpf
