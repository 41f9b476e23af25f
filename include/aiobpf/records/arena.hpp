#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace aiobpf::records {

/// A batch's own memory: it grows, what is in it never moves, and clearing keeps the largest piece for the
/// next use.
class arena {
public:
  static constexpr std::size_t alignment = 64;

  /// Room for `bytes`, aligned to 64 bytes, until the next room(). Throws std::bad_alloc; nothing changes
  /// then.
  std::byte* room(std::size_t bytes);
  /// Keeps the first `bytes` of what room() gave.
  void keep(std::size_t bytes) noexcept { used_ += (bytes + alignment - 1) / alignment * alignment; }

  void clear() noexcept;

private:
  struct free_chunk {
    void operator()(std::byte* memory) const noexcept {
      ::operator delete[](memory, std::align_val_t{alignment});
    }
  };
  struct chunk {
    std::unique_ptr<std::byte[], free_chunk> memory;
    std::size_t size = 0;
  };

  std::vector<chunk> chunks_;  // the last one is being filled
  std::size_t used_ = 0;       // of the last one
};

}  // namespace aiobpf::records
