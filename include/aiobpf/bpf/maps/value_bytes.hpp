#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

namespace aiobpf::bpf {

/// The bytes of a plain value, valid as long as the value is.
template <class Value>
requires std::is_trivially_copyable_v<Value> std::span<const std::byte> bytes_of(const Value& value)
noexcept {
  return std::as_bytes(std::span{&value, 1});
}

/// The plain value that the first bytes are; there are at least as many as it has.
template <class Value>
requires std::is_trivially_copyable_v<Value> Value value_from(std::span<const std::byte> bytes)
noexcept {
  std::array<std::byte, sizeof(Value)> copy;
  std::memcpy(copy.data(), bytes.data(), copy.size());
  return std::bit_cast<Value>(copy);
}

}  // namespace aiobpf::bpf
