#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiobpf::rings {

class perf_event;

/// The memory of a perf buffer: a page with its positions, then the data. Copies share one mapping, which
/// ends with the last of them.
///
/// Layout (UAPI struct perf_event_mmap_page): data_head, which the kernel writes, and data_tail, which the
/// reader writes. The data is there once: a record may go on at its beginning.
///
/// Fork  a child has no mapping (VM_DONTCOPY): it must not look
class perf_memory {
public:
  /// Maps `bytes` of data, a power of two of pages, for an event. One that is overwritable is mapped
  /// read-only: the kernel then waits for no reader. Throws bpf::error: an errno (EPERM, ENOMEM: too much
  /// locked memory; EINVAL: not a power of two of pages).
  static perf_memory map_event(const perf_event& event, std::size_t bytes);

  /// The same layout without the kernel; `bytes` is a power of two. Throws std::bad_alloc.
  static perf_memory make(std::size_t bytes);

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  /// How far the kernel has written. Acquires: the records before it are complete.
  std::uint64_t head() const noexcept { return __atomic_load_n(head_, __ATOMIC_ACQUIRE); }
  /// How far the reader has released.
  std::uint64_t tail() const noexcept { return __atomic_load_n(tail_, __ATOMIC_RELAXED); }
  /// Releases what is before `position`: the kernel may write over it.
  void release(std::uint64_t position) const noexcept { __atomic_store_n(tail_, position, __ATOMIC_RELEASE); }

  /// The producer's side, of memory that make() made.
  std::byte* writable_data() const noexcept { return data_; }
  std::uint64_t* writable_head() const noexcept { return head_; }

private:
  perf_memory(std::shared_ptr<std::byte> mapped, std::size_t header, std::size_t bytes) noexcept;

  std::shared_ptr<std::byte> mapped_;
  std::byte* data_;
  std::size_t size_;
  std::uint64_t* head_;
  std::uint64_t* tail_;
};

}  // namespace aiobpf::rings
