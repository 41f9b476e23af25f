#pragma once

#include <aiobpf/rings/perf_event.hpp>
#include <aiobpf/rings/perf_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace aiobpf::rings {

/// The perf buffer of one CPU, with two events that write into it: whoever looks by a timer puts the quiet
/// one into the map, and programs pay for no wakeup; whoever waits puts the loud one.
///
/// The kernel has no adaptive wakeup for perf buffers as it has for rings; exchanging the event is one. A
/// program that took the quiet event out of the map just before it was exchanged may still write without a
/// wakeup, so whoever exchanges it looks once more a little later.
///
/// Threads  one at a time
class cpu_buffer {
public:
  /// With `bytes` of data, a power of two of pages. Nothing when the CPU is offline.
  /// Throws bpf::error: as perf_event::open() and perf_memory::map_event().
  static std::optional<cpu_buffer> open(int cpu, std::size_t bytes);

  /// Wakes the reader with each record.
  const perf_event& loud() const noexcept { return loud_; }
  /// Wakes the reader each time that half of the buffer was written.
  const perf_event& quiet() const noexcept { return quiet_; }

  perf_reader& reader() noexcept { return reader_; }
  const perf_reader& reader() const noexcept { return reader_; }

  /// How many records found no room; nothing where the kernel does not count them (before 6.0).
  std::optional<std::uint64_t> lost() const noexcept;

private:
  cpu_buffer(perf_event quiet, perf_event loud, perf_memory memory)
      : quiet_(std::move(quiet)), loud_(std::move(loud)), reader_(std::move(memory)) {}

  perf_event quiet_;  // the memory is this one's
  perf_event loud_;
  perf_reader reader_;
};

}  // namespace aiobpf::rings
