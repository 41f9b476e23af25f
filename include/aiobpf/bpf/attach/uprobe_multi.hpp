#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// Many functions of one program or library by one link: for SEC("uprobe.multi") and SEC("uretprobe.multi")
/// programs. Kernel 6.6. One of `pattern`, `symbols` and `offsets`.
struct uprobe_multi_options {
  std::string binary = {};   ///< as uprobe_options has it
  std::string pattern = {};  ///< with * and ?, as in "sql_*"
  std::vector<std::string> symbols = {};
  std::vector<std::uint64_t> offsets = {};  ///< of the file, in bytes
  bool retprobe = false;                    ///< when they return
  int pid = -1;                             ///< only in this process; -1: in all that run the binary
  std::vector<std::uint64_t> cookies = {};  ///< one a symbol or offset in order, or none; not with a pattern
};

///   const bpf::link link = attach(object.program("on_sql"), bpf::uprobe_multi_options{"libsql.so",
///   "sql_*"});
///
/// Dropping the link detaches. Two symbols at one address are one place.
/// Throws bpf::error: wrong_type (not a uprobe.multi program); wrong_phase (not loaded); wrong_size (another
/// number of cookies than of places); not_supported (an older kernel); an errno (ENOENT: no such file, or no
/// symbol that matches; ESRCH: no such process).
[[nodiscard]] link attach(const program& program, const uprobe_multi_options& options);

}  // namespace aiobpf::bpf
