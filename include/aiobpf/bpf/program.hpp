#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

struct bpf_program;

namespace aiobpf::bpf {

/// A BPF program: of an object, or of an object_file, where it is not loaded yet. A view: valid while the
/// object it came from lives.
///
/// attach/<kind>.hpp attach it: attach(program) by its section, attach(program, options) where the options
/// say. A kind whose target is fixed at load has prepare(program, options), too, for the object_file's
/// program.
class program {
public:
  explicit program(::bpf_program* opened) noexcept : program_(opened) {}

  std::string name() const;
  std::string section() const;    ///< as in "raw_tp/sys_enter"
  std::string type_name() const;  ///< as in "tracing", "syscall"
  bool is_loaded() const noexcept { return native_handle() >= 0; }
  int native_handle() const noexcept;  ///< its descriptor, -1 when it is not loaded

  struct run_result {
    std::uint32_t value = 0;        ///< what the program returned
    std::uint32_t nanoseconds = 0;  ///< in the program, 0 where the kernel does not say
  };

  /// Runs a SEC("syscall") program once, in this thread, and returns when it has. `context` is what the
  /// program gets as its argument and may write to. Kernel 5.14.
  /// A SEC("raw_tp/...") program runs as well, on the CPU that we are on: its context is up to 12 arguments
  /// of 8 bytes, which it only reads. Kernel 5.10. Throws bpf::error: wrong_type (another program), an errno
  /// (EINVAL: the program reads further than `context` is long).
  run_result run(std::span<std::byte> context = {}) const;

private:
  friend class attach_call;  // what every kind of attaching shares
  ::bpf_program* program_;
};

}  // namespace aiobpf::bpf
