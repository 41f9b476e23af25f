#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace aiobpf::bpf {

class map;

/// The values of an array map in this process's memory, read-only: reading one takes no system call.
///
/// Copies share one mapping; the last one unmaps it. Programs write the values meanwhile: read
/// words of up to 8 bytes, each is whole. Kernel 5.5 (BPF_F_MMAPABLE).
///
/// Threads  any
/// Fork     a child shares the map with its parent, and reads it as well
class mapped_array {
public:
  /// Throws bpf::error: wrong_type (not an array map with the flag BPF_F_MMAPABLE), an errno (EPERM: the
  /// descriptor may not be read).
  explicit mapped_array(const map& array);

  std::size_t size() const noexcept { return count_; }  ///< values
  /// The bytes of value `index`; index < size(). The kernel pads values to a multiple of 8.
  std::span<const std::byte> operator[](std::size_t index) const noexcept {
    return {memory_.get() + index * stride_, value_size_};
  }

private:
  std::shared_ptr<const std::byte> memory_;
  std::size_t stride_ = 0;
  std::size_t value_size_ = 0;
  std::size_t count_ = 0;
};

}  // namespace aiobpf::bpf
