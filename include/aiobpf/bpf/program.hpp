#pragma once

#include <aiobpf/bpf/link.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

struct bpf_program;

namespace aiobpf::bpf {

/// A loaded BPF program. A view: valid while the object it came from lives.
class program {
public:
  explicit program(::bpf_program* loaded) noexcept : program_(loaded) {}

  std::string name() const;
  std::string section() const;    ///< as in "raw_tp/sys_enter"
  std::string type_name() const;  ///< as in "tracing", "syscall"
  int native_handle() const noexcept;

  /// Attaches where the program's section says. Dropping the link detaches.
  /// Throws bpf::error: not_supported (such a section names no place, for example "syscall": run() it);
  /// an errno, with what lacks (capability, tracefs mount, no such tracepoint).
  [[nodiscard]] link attach() const;

  /// Attaches to the tracepoint `category`/`name`, as under events/ in tracefs. Errors as attach().
  [[nodiscard]] link attach_tracepoint(const std::string& category, const std::string& name) const;

  struct run_result {
    std::uint32_t value = 0;        ///< what the program returned
    std::uint32_t nanoseconds = 0;  ///< in the program, 0 where the kernel does not say
  };

  /// Runs a SEC("syscall") program once, in this thread, and returns when it has. `context` is what the
  /// program gets as its argument and may write to. Kernel 5.14.
  /// Throws bpf::error: an errno (EINVAL: the program reads further than `context` is long).
  run_result run(std::span<std::byte> context = {}) const;

private:
  ::bpf_program* program_;
};

}  // namespace aiobpf::bpf
