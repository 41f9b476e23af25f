#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <string>

namespace aiobpf::bpf {

/// How a program that is given as instructions is loaded.
struct assembled_program_options {
  std::uint32_t type = 0;                  ///< enum bpf_prog_type of <linux/bpf.h>
  std::string name{};                      ///< for people; the kernel keeps 15 characters of it
  std::uint32_t expected_attach_type = 0;  ///< enum bpf_attach_type
  std::uint32_t attach_btf_id = 0;  ///< of BPF_PROG_TYPE_TRACING: what it attaches to, in the kernel's BTF
};

/// A loaded program that was made from instructions, and belongs to no object. Move-only; its attachments
/// keep it in the kernel when this has ended.
///
/// Threads  any
class assembled_program {
public:
  /// Loads it, under the licence "Dual MIT/GPL". Maps are descriptors in the instructions.
  /// Throws bpf::error: rejected, with the verifier's log; an errno, with what is missing (a capability).
  assembled_program(std::span<const ::bpf_insn> instructions, const assembled_program_options& options);

  int native_handle() const noexcept { return fd_.get(); }
  const std::string& name() const noexcept { return name_; }

private:
  unique_fd fd_;
  std::string name_;
};

}  // namespace aiobpf::bpf
