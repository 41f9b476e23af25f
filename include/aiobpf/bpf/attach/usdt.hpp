#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// A probe that a program or library of user space declares (sys/sdt.h): for SEC("usdt") programs, whose
/// object includes <bpf/usdt.bpf.h>.
struct usdt_options {
  std::string binary = {};    ///< as uprobe_options has it
  std::string provider = {};  ///< as in "libc"
  std::string name = {};      ///< as in "setjmp"
  int pid = -1;               ///< only in this process; -1: in all that run the binary
  std::uint64_t cookie = 0;   ///< what bpf_usdt_cookie() gives
};

///   const bpf::link link = attach(object.program("on_query"), bpf::usdt_options{"mysqld", "mysql",
///   "query"});
///
/// Dropping the link detaches. It has no descriptor, so it cannot be pinned.
/// Throws bpf::error: not_supported (the object was compiled with the <bpf/usdt.bpf.h> of a libbpf whose
/// arguments this one does not understand: that of 1.7 and those before it differ); wrong_type (not a usdt
/// program); wrong_phase (not loaded); an errno (ENOENT: no such file, no probes in it at all, or none of
/// that name).
[[nodiscard]] link attach(const program& program, const usdt_options& options);

}  // namespace aiobpf::bpf
