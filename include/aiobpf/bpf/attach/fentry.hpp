#pragma once

#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A function of the kernel, or of a BPF program, with its arguments typed by BTF: for SEC("fentry"),
/// SEC("fexit") and SEC("fmod_ret") programs. Kernel 5.5 with BPF trampolines.
struct fentry_options {
  std::string function = {};
  int target = -1;  ///< the descriptor of a loaded program that has the function; -1: the kernel
};

/// Sets the function of a program that is not loaded yet, for the verifier looks at what its arguments are;
/// attach() by section attaches it after load().
///
///   prepare(file.program("on_unlink"), bpf::fentry_options{"do_unlinkat"});
///
/// Throws bpf::error: wrong_type (not such a program); wrong_phase (loaded already); an errno (ESRCH: no such
/// function in BTF).
void prepare(const program& program, const fentry_options& options);

}  // namespace aiobpf::bpf
