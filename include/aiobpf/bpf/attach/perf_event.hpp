#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// What the kernel counts, and how often it runs a SEC("perf_event") program: either `frequency` or `period`.
struct perf_event_options {
  std::string event = "cpu-clock";  ///< as perf names it: one of perf_event_names()
  std::uint64_t frequency = 0;      ///< runs a second; the kernel adapts the period, and has a limit
                                    ///< (kernel.perf_event_max_sample_rate)
  std::uint64_t period = 0;         ///< one run every Nth event; nanoseconds of the clocks
  int pid = -1;                     ///< only of this process, on whichever CPU; -1: of all
  int cpu = -1;                     ///< only on this CPU; -1: on all that are online
  std::uint64_t cookie = 0;         ///< what bpf_get_attach_cookie() gives; other than 0: kernel 5.15
};

/// A perf event that was opened before, for what perf_event_options do not say.
struct open_perf_event {
  unique_fd event;
  std::uint64_t cookie = 0;  ///< as above
};

/// "cpu-clock", "page-faults", "cycles", ...: software events work everywhere, hardware events need a PMU,
/// which virtual machines often have not.
std::vector<std::string> perf_event_names();

///   const bpf::link link = attach(object.program("on_sample"), bpf::perf_event_options{.frequency = 99});
///
/// Dropping the link detaches. Of all CPUs it is one link with an event each, and has no descriptor.
/// Throws bpf::error: wrong_type (not a perf_event program); wrong_phase (not loaded); wrong_size (neither a
/// frequency nor a period, or both); not_found (no such event; the message names those there are);
/// not_supported (this machine does not count it); an errno (ESRCH: no such process).
[[nodiscard]] link attach(const program& program, const perf_event_options& options);

/// The same; the event is the link's, also when it throws.
[[nodiscard]] link attach(const program& program, open_perf_event options);

}  // namespace aiobpf::bpf
