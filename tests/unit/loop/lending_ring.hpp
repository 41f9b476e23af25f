#pragma once

#include "check_source.hpp"

#include <aiobpf/loop/memory_ring.hpp>

#include <cstdint>
#include <optional>

namespace aiobpf::tests {

inline constexpr std::size_t ring_bytes = 64 * 1024;

/// A ring in memory, its source, and a batch that may have its records on loan. Records have 48 bytes.
struct lending_ring {
  void emit(std::uint64_t first, std::uint64_t count) {
    for (const auto number : numbers_from(first, count)) ring.emit(numbered_record(number, 48));
  }
  loop::drain_result drain(loop::batch& into, bpf::ring_release how = bpf::ring_release::all) {
    return source->drain({}, 0, into, how);
  }
  /// How many more records the ring takes.
  std::uint64_t room() {
    std::uint64_t taken = 0;
    while (ring.emit(numbered_record(1'000'000 + taken, 48))) ++taken;
    return taken;
  }

  loop::memory_ring ring{ring_bytes};
  std::optional<loop::memory_source> source{ring.source()};
  loop::batch batch;
};

}  // namespace aiobpf::tests
