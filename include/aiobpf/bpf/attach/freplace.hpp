#pragma once

#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A global function of a loaded BPF program, which a SEC("freplace") program takes the place of. Kernel 5.6.
struct freplace_options {
  int target = -1;            ///< the descriptor of the loaded program
  std::string function = {};  ///< of the target
};

/// Sets what a program that is not loaded yet replaces; attach() by section attaches it after load(), and
/// detaching brings the function back.
///
///   prepare(file.program("patch"), bpf::freplace_options{object.program("main").native_handle(), "choose"});
///
/// Throws bpf::error: wrong_type (not a freplace program); wrong_phase (loaded already); an errno (ESRCH: no
/// such function in the target's BTF; EBADF).
void prepare(const program& program, const freplace_options& options);

}  // namespace aiobpf::bpf
