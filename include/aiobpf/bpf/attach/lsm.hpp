#pragma once

#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A hook of security modules, for SEC("lsm") and SEC("lsm.s") programs. Kernel 5.7 with CONFIG_BPF_LSM, and
/// "bpf" among the modules of /sys/kernel/security/lsm, else the program is attached and never runs.
struct lsm_options {
  std::string hook = {};  ///< as in "file_open"
};

/// Sets the hook of a program that is not loaded yet; attach() by section attaches it after load().
///
///   prepare(file.program("on_open"), bpf::lsm_options{"file_open"});
///
/// Throws bpf::error: wrong_type (not an lsm program); wrong_phase (loaded already); an errno (ESRCH: no such
/// hook).
void prepare(const program& program, const lsm_options& options);

}  // namespace aiobpf::bpf
