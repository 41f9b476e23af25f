#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// A place in a program or library of user space: for SEC("uprobe") and SEC("uretprobe") programs.
struct uprobe_options {
  std::string binary = {};   ///< a path; without a slash a library ("libc.so.6") or a program is looked for
  std::string symbol = {};   ///< a function of the binary; empty: `offset` is one of the file
  std::uint64_t offset = 0;  ///< in bytes, from the symbol, or from the file's first byte
  bool retprobe = false;     ///< when the function returns
  int pid = -1;              ///< only in this process; -1: in all that run the binary
  std::uint64_t cookie = 0;  ///< what bpf_get_attach_cookie() gives; other than 0: kernel 5.15
  std::uint64_t counter_offset = 0;  ///< of a 16-bit counter that is raised while it is attached; 0: none
};

///   const bpf::link link = attach(object.program("on_malloc"), bpf::uprobe_options{"libc.so.6", "malloc"});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a uprobe program); wrong_phase (not loaded); an errno (ENOENT: no such
/// file, or no such symbol in it; ESRCH: no such process).
[[nodiscard]] link attach(const program& program, const uprobe_options& options);

}  // namespace aiobpf::bpf
