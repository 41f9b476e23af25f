#include "load_failure.hpp"

#include <aiobpf/bpf/environment.hpp>

#include "log_lines.hpp"
#include "map_failure.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

// Errors that end a load in the middle of the verifier's work, or after it: its log is there all the same.
bool ran_out(int errno_value) {
  return errno_value == EMFILE || errno_value == ENFILE || errno_value == ENOMEM || errno_value == EAGAIN ||
         errno_value == EINTR || errno_value == EPERM;
}

// Programs that the kernel runs by way of a trampoline.
bool needs_trampoline(const ::bpf_program* program) {
  switch (::bpf_program__type(program)) {
    case BPF_PROG_TYPE_EXT:
    case BPF_PROG_TYPE_LSM: return true;
    case BPF_PROG_TYPE_TRACING: {
      const auto type = ::bpf_program__expected_attach_type(program);
      return type == BPF_TRACE_FENTRY || type == BPF_TRACE_FEXIT || type == BPF_MODIFY_RETURN;
    }
    default: return false;
  }
}

// What libbpf says of externs (bpf_object__resolve_externs), in its words for each kind.
std::string unresolved_extern(std::string_view log) {
  for (const auto& [before, after] : {quoted{"extern (var ksym) '", "'"}, quoted{"extern (func ksym) '", "'"},
                                      quoted{"extern (ksym) '", "'"}, quoted{"extern '", "'"},
                                      quoted{"extern ", " (strong) not resolved"}}) {
    if (auto name = last_between(log, before, after); !name.empty()) return name;
  }
  return {};
}

[[noreturn]] void throw_program_failure(int errno_value, const std::string& step,
                                        const ::bpf_program* program, std::string log) {
  const std::string section = or_empty(::bpf_program__section_name(program));
  const auto target = last_between(log, "failed to find kernel BTF type ID of '", "'");
  if (!target.empty()) {
    throw_with_remedy(
        errno_value, step,
        "no function, tracepoint or hook '" + target + "' in the kernel's BTF, for SEC(\"" + section + "\")",
        std::move(log));
  }
  if (log.find("no BTF-based attach target is specified") != log.npos) {
    throw_error(
        errc::wrong_phase, step,
        "SEC(\"" + section + "\") names no target: name one there, or prepare() the program before load()",
        std::move(log));
  }
  const auto code = errno_code(errno_value);
  if (code == errno_code(EOPNOTSUPP)) {
    throw_error(errc::not_supported, step, "this kernel does not support it; the log says what",
                std::move(log));
  }
  if (needs_trampoline(program) && code == errno_code(EPERM) && missing_for_bpf().empty()) {
    throw_error(errc::not_supported, step,
                "this kernel refuses SEC(\"" + section +
                    "\") programs, whoever loads them: it has no BPF trampolines, or a policy forbids them",
                std::move(log));
  }
  if (log.find("-- BEGIN PROG LOAD LOG --") != log.npos && !ran_out(errno_value)) {
    throw_error(errc::rejected, step, "the verifier refused it; its log says why", std::move(log));
  }
  throw_errno(errno_value, step, std::move(log));
}

}  // namespace

void throw_load_failure(int errno_value, std::string_view step, const ::bpf_object* object, std::string log) {
  if (const auto name = last_between(log, "map '", "': failed to create"); !name.empty()) {
    if (const ::bpf_map* map = lookup_map(object, name)) {
      throw_map_failure(errno_value, std::string{step} + ": map '" + name + "'", map, std::move(log));
    }
  }
  if (const auto name = unresolved_extern(log); !name.empty()) {
    throw_with_remedy(errno_value, step,
                      "its extern '" + name +
                          "' is not there on this kernel: declare it __weak, and test for it, or take the "
                          "kernel that has it",
                      std::move(log));
  }
  if (const auto name = last_between(log, "prog '", "': failed to load"); !name.empty()) {
    if (const ::bpf_program* program = lookup_program(object, name)) {
      throw_program_failure(errno_value, std::string{step} + ": program '" + name + "'", program,
                            std::move(log));
    }
  }
  if (errno_code(errno_value) == errno_code(EOPNOTSUPP)) {
    throw_error(errc::not_supported, step, "this kernel does not support it; the log says what",
                std::move(log));
  }
  throw_errno(errno_value, step, std::move(log));
}

}  // namespace aiobpf::bpf
