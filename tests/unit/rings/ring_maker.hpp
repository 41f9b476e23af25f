#pragma once

#include <aiobpf/rings/ring_memory.hpp>
#include <aiobpf/rings/ring_walk.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aiobpf::tests {

/// Writes records into a ring in memory as the kernel would: header, data, padding, position.
class ring_maker {
public:
  /// Both positions begin at `start`, as in a ring that has been in use for long.
  explicit ring_maker(std::size_t bytes = 4096, std::uint64_t start = 0)
      : memory_(rings::ring_memory::make(bytes, bpf::unique_fd{})) {
    memory_.release(0, start);
    *memory_.writable_producer() = start;
  }

  rings::ring_memory& memory() noexcept { return memory_; }
  std::uint64_t producer() const noexcept { return memory_.produced(); }

  /// A record of `length` bytes, each of them `fill`. Returns its position.
  std::uint64_t put(std::uint32_t length, std::uint8_t fill = 0, std::uint32_t flags = 0) {
    const std::uint64_t position = producer();
    set_header(position, length | flags);
    std::memset(at(position) + rings::ring_header::size, fill, length);
    *memory_.writable_producer() = position + rings::ring_header::stride(length);
    return position;
  }
  std::uint64_t put_busy(std::uint32_t length, std::uint8_t fill = 0) {
    return put(length, fill, rings::ring_header::busy_bit);
  }
  std::uint64_t put_discarded(std::uint32_t length) {
    return put(length, 0, rings::ring_header::discard_bit);
  }

  void set_header(std::uint64_t position, std::uint32_t word) {
    std::memcpy(at(position), &word, sizeof(word));
  }

private:
  std::byte* at(std::uint64_t position) {
    return memory_.writable_data() + (position & (memory_.size() - 1));
  }

  rings::ring_memory memory_;
};

}  // namespace aiobpf::tests
