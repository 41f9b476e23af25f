#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// Many functions of the kernel by one link: for SEC("kprobe.multi") and SEC("kretprobe.multi") programs.
/// Kernel 5.18 with CONFIG_FPROBE. Either `pattern` or `functions`.
struct kprobe_multi_options {
  std::string pattern = {};  ///< with * and ?, as in "tcp_*": of all functions that can be probed
  std::vector<std::string> functions = {};
  bool retprobe = false;                    ///< when they return
  std::vector<std::uint64_t> cookies = {};  ///< one a function in the order of `functions`, or none
};

///   const bpf::link link = attach(object.program("on_tcp"), bpf::kprobe_multi_options{.pattern = "tcp_*"});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a kprobe.multi program); wrong_phase (not loaded); wrong_size (another
/// number of cookies than of functions, or no function at all); not_supported (this kernel has no fprobes);
/// an errno (ENOENT: no function matches; ESRCH: one of `functions` cannot be probed).
[[nodiscard]] link attach(const program& program, const kprobe_multi_options& options);

}  // namespace aiobpf::bpf
