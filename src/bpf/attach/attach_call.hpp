#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

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

  ::bpf_program* native() const noexcept { return program_.program_; }

  /// The link that libbpf made; else throws what its errno means here.
  link finish(::bpf_link* made);
  /// Throws what an errno means here: the one place where that is said.
  [[noreturn]] void throw_failed(int errno_value);

private:
  const program& program_;
  std::string step_;
  attach_target target_;
  libbpf_log log_;
};

}  // namespace aiobpf::bpf
