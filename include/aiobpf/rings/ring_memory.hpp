#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiobpf::bpf {
class map;
}

namespace aiobpf::rings {

/// The memory of a BPF ring buffer: two positions and the data. Copies share one mapping, which
/// ends with the last of them.
///
/// Layout (UAPI since 5.8; kernel/bpf/ringbuf.c, struct bpf_ringbuf): a page with consumer_pos that the
/// reader writes, a page with producer_pos that it only reads, then the data, mapped twice in a row so
/// that a record which wraps around is still in one piece.
class ring_memory {
public:
  /// Maps the ring of a BPF map and keeps a descriptor of it for polling.
  /// Throws bpf::error: wrong_type (not a ring buffer), an errno (EPERM, ENOMEM).
  static ring_memory map_kernel_ring(const bpf::map& ring);

  /// The same of a BPF_MAP_TYPE_USER_RINGBUF, of which this process is the producer: its data and
  /// producer_pos are written here, and release() is the kernel's: calling it ends the process. Kernel 6.1.
  /// Throws bpf::error: wrong_type (not a user ring buffer), an errno (EPERM, ENOMEM).
  static ring_memory map_user_ring(const bpf::map& ring);

  /// A ring without the kernel, in anonymous memory of the same layout; `size` is rounded up to a power of
  /// two and at least a page. `pollable` (an eventfd, say) is what native_handle() gives.
  /// Throws bpf::error: an errno.
  static ring_memory make(std::size_t size, bpf::unique_fd pollable);

  const std::byte* data() const noexcept {
    return reinterpret_cast<const std::byte*>(producer_) + page_size();
  }
  std::size_t size() const noexcept { return size_; }
  int native_handle() const noexcept { return fd_; }

  /// Acquires: a producer writes over what was released before only when the reader has read it.
  std::uint64_t consumed() const noexcept { return __atomic_load_n(consumer_, __ATOMIC_SEQ_CST); }
  std::uint64_t produced() const noexcept { return __atomic_load_n(producer_, __ATOMIC_SEQ_CST); }

  /// Moves consumer_pos from `from` to `to`. False, and nothing is changed, when it is elsewhere: another
  /// reader has moved it.
  /// In one order with produced(), and with the kernel's commit, which has full barriers: either that commit
  /// sees a reader that has caught up, and wakes it, or a produced() after this sees the record.
  bool release(std::uint64_t from, std::uint64_t to) noexcept {
    return __atomic_compare_exchange_n(consumer_, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
  }

  /// The producer's side, of a ring that make() or map_user_ring() made. A kernel ring's pages are read-only:
  /// writing to them ends the process.
  std::byte* writable_data() const noexcept { return const_cast<std::byte*>(data()); }
  std::uint64_t* writable_producer() const noexcept { return const_cast<std::uint64_t*>(producer_); }

  static std::size_t page_size() noexcept;

private:
  struct region;
  explicit ring_memory(std::shared_ptr<const region> mapped) noexcept;

  std::shared_ptr<const region> region_;
  std::uint64_t* consumer_;        // these four are in the region too;
  const std::uint64_t* producer_;  // here they are one load away
  std::size_t size_;
  int fd_;
};

}  // namespace aiobpf::rings
