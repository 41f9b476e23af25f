#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// A function of the kernel: for SEC("kprobe") and SEC("kretprobe") programs.
struct kprobe_options {
  std::string function = {};  ///< as in /proc/kallsyms
  std::uint64_t offset = 0;   ///< in the function, of an instruction; 0 is its entry
  bool retprobe = false;      ///< when the function returns; `offset` is 0 then
  std::uint64_t cookie = 0;   ///< what bpf_get_attach_cookie() gives; other than 0: kernel 5.15
};

///   const bpf::link link = attach(object.program("on_connect"), bpf::kprobe_options{"tcp_v4_connect"});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a kprobe program); wrong_phase (not loaded); not_supported (this kernel
/// has no kprobes); an errno (ENOENT: no such function, or one that cannot be probed).
[[nodiscard]] link attach(const program& program, const kprobe_options& options);

}  // namespace aiobpf::bpf
