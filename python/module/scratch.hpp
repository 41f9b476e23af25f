#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace aiobpf::python {

/// Bytes for one call: on the stack where they are few.
class scratch {
public:
  explicit scratch(std::size_t size) : size_(size) {
    if (size > few_.size()) many_ = std::make_unique<std::byte[]>(size);
  }
  std::byte* data() noexcept { return many_ ? many_.get() : few_.data(); }
  std::span<std::byte> span() noexcept { return {data(), size_}; }

private:
  std::array<std::byte, 512> few_;  // not set: whoever reads it has written it
  std::unique_ptr<std::byte[]> many_;
  std::size_t size_;
};

}  // namespace aiobpf::python
