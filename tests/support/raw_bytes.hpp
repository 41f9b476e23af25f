#pragma once

#include <aiobpf/bpf/map.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <span>

namespace aiobpf::tests {

/// The bytes of a plain value, as in map.lookup(raw(key)). The value has to outlive the call.
template <class Value>
std::span<const std::byte> raw(const Value& value) {
  return std::as_bytes(std::span{&value, 1});
}

/// The plain value that these bytes are.
template <class Value>
Value value_of(std::span<const std::byte> bytes) {
  Value value;
  BOOST_REQUIRE(bytes.size() == sizeof(value));
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

/// What a map<u32, u64> holds under `key`, which is there.
inline std::uint64_t number_at(const bpf::map& map, std::uint32_t key) {
  const auto found = map.lookup(raw(key));
  BOOST_REQUIRE(found.has_value());
  return value_of<std::uint64_t>(*found);
}

}  // namespace aiobpf::tests
