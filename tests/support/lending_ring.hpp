#pragma once

#include "check_source.hpp"

#include <aiobpf/sources/memory_ring.hpp>

#include <cstdint>
#include <optional>

namespace aiobpf::tests {

inline constexpr std::size_t ring_bytes = 64 * 1024;
inline constexpr std::size_t record_stride = 56;  // 48 bytes and their header

/// A ring in memory, its source, and a batch that may have its records on loan. Records have 48 bytes.
struct lending_ring {
  void emit(std::uint64_t first, std::uint64_t count) {
    for (const auto number : numbers_from(first, count)) ring.emit(numbered_record(number, 48));
  }
  loop::drain_result drain(records::batch& into, const loop::drain_request& request = {}) {
    return tests::drain(*source, into, request);
  }
  /// How many more records the ring takes.
  std::uint64_t room() {
    std::uint64_t taken = 0;
    while (ring.emit(numbered_record(1'000'000 + taken, 48))) ++taken;
    return taken;
  }

  sources::memory_ring ring{ring_bytes};
  std::optional<sources::memory_source> source{ring.source()};
  records::batch batch;
};

}  // namespace aiobpf::tests
