#pragma once

#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A tracepoint with its arguments as the kernel has them, typed by BTF: for SEC("tp_btf") programs.
/// Kernel 5.5.
struct btf_tracepoint_options {
  std::string name;  ///< as in "sched_process_exec"; no category
};

/// Sets the tracepoint of a program that is not loaded yet, for the verifier looks at what its arguments are;
/// attach() by section attaches it after load().
///
///   bpf::object_file file{"exec.bpf.o"};
///   prepare(file.program("on_exec"), bpf::btf_tracepoint_options{"sched_process_exec"});
///
/// Throws bpf::error: wrong_type (not a tp_btf program); wrong_phase (loaded already); an errno (ESRCH: no
/// such tracepoint).
void prepare(const program& program, const btf_tracepoint_options& options);

}  // namespace aiobpf::bpf
