#pragma once

#include <aiobpf/records/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace aiobpf::tests {

/// The number that the test records begin with.
inline std::uint64_t number_in(std::span<const std::byte> record) {
  std::uint64_t number = 0;
  std::memcpy(&number, record.data(), sizeof(number));
  return number;
}

/// A record of `bytes` (8 or more) that begins with `number`.
inline std::vector<std::byte> numbered_record(std::uint64_t number, std::size_t bytes = sizeof(number)) {
  std::vector<std::byte> record(bytes);
  std::memcpy(record.data(), &number, sizeof(number));
  return record;
}

/// The numbers of all records of a batch, in order.
inline std::vector<std::uint64_t> numbers_in(const records::batch& batch) {
  std::vector<std::uint64_t> numbers;
  for (const auto& record : batch) numbers.push_back(number_in(record.data));
  return numbers;
}

/// As numbers_in(), of one source.
inline std::vector<std::uint64_t> numbers_of(const records::batch& batch, std::size_t source) {
  std::vector<std::uint64_t> numbers;
  for (const auto& record : batch) {
    if (record.source == source) numbers.push_back(number_in(record.data));
  }
  return numbers;
}

/// first, first + 1, ... `count` of them.
inline std::vector<std::uint64_t> numbers_from(std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> numbers(count);
  for (auto& number : numbers) number = first++;
  return numbers;
}

}  // namespace aiobpf::tests
