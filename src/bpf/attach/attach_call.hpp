#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include "../libbpf_log.hpp"

#include <initializer_list>
#include <string>

struct bpf_program;
struct bpf_link;

namespace aiobpf::bpf {

/// Who says where a program goes.
enum class attach_target { section, options };

/// One attach() or prepare(), of any kind: what is checked before libbpf is called, and what its errors mean.
///
///   attach_call call{"attach", program, "to the perf event ..."};
///   call.check_loaded();
///   call.check_section({"perf_event"});
///   return call.finish(::bpf_program__attach_perf_event(call.native(), ...));
class attach_call {
public:
  /// `verb`, the program's name and `place` begin each message.
  attach_call(const char* verb, const program& program, std::string place,
              attach_target target = attach_target::options);

  /// For attach(). Throws bpf::error: wrong_phase.
  void check_loaded() const;
  /// For prepare(), where the kernel fixes the target when it loads the program. Throws bpf::error:
  /// wrong_phase.
  void check_not_loaded() const;
  /// Whether the program's section is one of these, or begins with one of these and a slash. Throws
  /// bpf::error: wrong_type.
  void check_section(std::initializer_list<const char*> names) const;
  /// Names given to C have no NUL; one that has is not there. Throws as throw_failed(ENOENT).
  void check_name(const std::string& name);

  /// Where the kernel refuses because it is older than this, the message says so.
  void needs_kernel(unsigned major, unsigned minor) noexcept { major_ = major, minor_ = minor; }

  ::bpf_program* native() const noexcept { return program_.program_; }
  const std::string& step() const noexcept { return step_; }

  /// The link that libbpf made; else throws what its errno means here.
  link finish(::bpf_link* made);
  /// The link of that descriptor; where there is none throws what errno means here.
  link finish(unique_fd made);
  /// Throws what an errno means here: the one place where that is said.
  [[noreturn]] void throw_failed(int errno_value);

private:
  const program& program_;
  std::string step_;
  attach_target target_;
  unsigned major_ = 0;
  unsigned minor_ = 0;
  libbpf_log log_;
};

}  // namespace aiobpf::bpf
