#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstdint>
#include <optional>

namespace aiobpf::rings {

/// What an event of a perf buffer is made with.
struct perf_event_options {
  int cpu = 0;
  /// Bytes written after which the reader is woken; 0: with each record.
  std::uint32_t watermark = 0;
  /// The newest records stay, and are written from the end to the beginning: a flight recorder. Kernel 4.7.
  bool overwritable = false;
};

/// A perf event (PERF_COUNT_SW_BPF_OUTPUT) through which programs on one CPU write into a perf buffer: what
/// is put into a BPF_MAP_TYPE_PERF_EVENT_ARRAY. It is enabled when it is made, and lives as long as somebody,
/// be it the map, has it.
///
/// Threads  any
class perf_event {
public:
  /// Nothing when there is no such CPU, or it is offline.
  /// Throws bpf::error: an errno (EACCES, EPERM: CAP_PERFMON is missing; EMFILE).
  static std::optional<perf_event> open(const perf_event_options& options);

  int cpu() const noexcept { return options_.cpu; }
  bool is_overwritable() const noexcept { return options_.overwritable; }
  int native_handle() const noexcept { return fd_.get(); }

  /// Writes into the buffer of another event of this CPU from now on. Throws bpf::error: an errno.
  void write_into(const perf_event& other) const;

  /// How many records found no room, exactly; nothing where the kernel does not count them (before 6.0). A
  /// system call, and an interrupt on the event's CPU.
  std::optional<std::uint64_t> lost() const noexcept;

  /// Nothing is written while it is paused. False when that failed. Kernel 4.7.
  bool pause(bool paused) const noexcept;

  /// Takes the event's readiness: it polls readable when it is written to after this.
  void quiet() const noexcept;

private:
  perf_event(bpf::unique_fd fd, const perf_event_options& options, bool counts_lost) noexcept
      : fd_(std::move(fd)), options_(options), counts_lost_(counts_lost) {}

  bpf::unique_fd fd_;
  perf_event_options options_;
  bool counts_lost_;
};

}  // namespace aiobpf::rings
