#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>

namespace aiobpf::tests {

/// Whether this kernel loads fentry programs: asked by the kernel's own calls, as lsm and freplace go the
/// same way.
inline bool has_trampolines() {
  const std::array<::bpf_insn, 2> return_zero{
      ::bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      ::bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  const int function = ::libbpf_find_vmlinux_btf_id("bpf_prog_free", BPF_TRACE_FENTRY);
  if (function < 0) return false;
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
              .attach_btf_id = static_cast<__u32>(function));
  const bpf::unique_fd loaded{::bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", return_zero.data(),
                                              return_zero.size(), &options)};
  return static_cast<bool>(loaded);
}

}  // namespace aiobpf::tests
