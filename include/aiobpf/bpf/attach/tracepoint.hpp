#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// A tracepoint, as under events/ in tracefs: for SEC("tracepoint") programs.
struct tracepoint_options {
  std::string category;      ///< as in "sched"
  std::string name;          ///< as in "sched_process_exec"
  std::uint64_t cookie = 0;  ///< what bpf_get_attach_cookie() gives; other than 0: kernel 5.15
};

///   const bpf::link link = attach(object.program("on_exec"), bpf::tracepoint_options{"sched",
///   "sched_process_exec"});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a tracepoint program); wrong_phase (not loaded); an errno, with what is
/// missing (capability, tracefs mount, no such tracepoint).
[[nodiscard]] link attach(const program& program, const tracepoint_options& options);

}  // namespace aiobpf::bpf
