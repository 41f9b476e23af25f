#pragma once

#include <aiobpf/bpf/assembled_program.hpp>
#include <aiobpf/bpf/link.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// An event of perf(1) that a program runs at: a tracepoint, a probe of the kernel's or a user's code.
struct perf_place {
  std::uint32_t type = 0;     ///< PERF_TYPE_TRACEPOINT, or the number of a PMU, as of "uprobe"
  std::uint64_t config = 0;   ///< of a tracepoint: the number in its file `id`
  std::uint64_t config1 = 0;  ///< of a probe: the address of a name, which must be there during the call
  std::uint64_t config2 = 0;  ///< of a probe: an offset
  std::string description{};  ///< for people: "the tracepoint sched:sched_switch"
};

/// Attaches a program to an event, in all processes, on all CPUs.
/// Dropping the link detaches.
/// Throws bpf::error: an errno, with what is missing (a capability; EACCES: the program reads beyond the
/// tracepoint's record).
[[nodiscard]] link attach(const assembled_program& program, const perf_place& place);

/// A tracepoint of the kernel by its arguments, not by its record.
struct raw_tracepoint_place {
  std::string name{};  ///< empty for a BPF_PROG_TYPE_TRACING program: it knows its target
};

/// Dropping the link detaches. Throws bpf::error: an errno (ENOENT: no such tracepoint).
[[nodiscard]] link attach(const assembled_program& program, const raw_tracepoint_place& place);

}  // namespace aiobpf::bpf
