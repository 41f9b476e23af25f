#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A tracepoint with its arguments as the kernel has them, untyped: for SEC("raw_tp") programs.
struct raw_tracepoint_options {
  std::string name = {};  ///< as in "sched_process_exec"; no category
};

///   const bpf::link link = attach(object.program("on_exec"), bpf::raw_tracepoint_options{"sys_enter"});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a raw_tp program); wrong_phase (not loaded); an errno (ENOENT: no such
/// tracepoint).
[[nodiscard]] link attach(const program& program, const raw_tracepoint_options& options);

}  // namespace aiobpf::bpf
