#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// A system call's function in the kernel, whatever this architecture calls it: for SEC("ksyscall") and
/// SEC("kretsyscall") programs, which are kprobes.
struct ksyscall_options {
  std::string name = {};     ///< as in "getppid"
  bool retprobe = false;     ///< when it returns
  std::uint64_t cookie = 0;  ///< what bpf_get_attach_cookie() gives; other than 0: kernel 5.15
};

///   const bpf::link link = attach(object.program("on_getppid"), bpf::ksyscall_options{"getppid"});
///
/// Dropping the link detaches.
/// Throws bpf::error: as with kprobe_options.
[[nodiscard]] link attach(const program& program, const ksyscall_options& options);

}  // namespace aiobpf::bpf
