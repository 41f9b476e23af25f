#include <aiobpf/bpf/program.hpp>

#include <aiobpf/bpf/environment.hpp>

#include "libbpf_log.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

// libbpf looks for tracepoints under these two (libbpf.c, tracefs_path).
bool tracefs_is_there() {
  return ::access("/sys/kernel/tracing/events", F_OK) == 0 ||
         ::access("/sys/kernel/debug/tracing/events", F_OK) == 0;
}

[[noreturn]] void attach_failed(int errno_value, std::string step, libbpf_log& log, bool needs_tracefs) {
  if (errno_value == ENOENT && needs_tracefs) {
    step += tracefs_is_there() ? " (no such tracepoint on this kernel: see events/ in tracefs)"
                               : " (tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing)";
  } else if (errno_value == ENOENT) {
    step += " (no such place on this kernel)";
  }
  throw_errno(errno_value, step, log.take());
}

bool is_tracepoint(const ::bpf_program* program) {
  return ::bpf_program__type(program) == BPF_PROG_TYPE_TRACEPOINT;
}

}  // namespace

std::string program::name() const {
  return or_empty(::bpf_program__name(program_));
}
std::string program::section() const {
  return or_empty(::bpf_program__section_name(program_));
}
int program::native_handle() const noexcept {
  return ::bpf_program__fd(program_);
}

std::string program::type_name() const {
  const char* name = ::libbpf_bpf_prog_type_str(::bpf_program__type(program_));
  return name ? name : "unknown";
}

link program::attach() const {
  libbpf_log log;
  if (::bpf_link* made = ::bpf_program__attach(program_)) return link{made};
  const int failed = errno;
  const std::string step = "attach " + name() + " by its section '" + section() + "'";
  if (failed == EOPNOTSUPP || failed == EINVAL) {
    const bool runs = ::bpf_program__type(program_) == BPF_PROG_TYPE_SYSCALL;
    throw_error(errc::not_supported, step,
                runs ? "a syscall program is not attached anywhere: run() it"
                     : "the section names no place to attach to: name one, as in SEC(\"raw_tp/sys_enter\")",
                log.take());
  }
  attach_failed(failed, step, log, is_tracepoint(program_));
}

link program::attach_tracepoint(const std::string& category, const std::string& name) const {
  libbpf_log log;
  const std::string step = "attach " + this->name() + " to the tracepoint " + category + "/" + name;
  if (!is_tracepoint(program_)) {
    throw_error(errc::wrong_type, step,
                "it is a '" + type_name() + "' program; only SEC(\"tracepoint/...\") programs go there");
  }
  if (has_nul(category) || has_nul(name)) attach_failed(ENOENT, step, log, true);
  if (::bpf_link* made = ::bpf_program__attach_tracepoint(program_, category.c_str(), name.c_str())) {
    return link{made};
  }
  attach_failed(errno, step, log, true);
}

program::run_result program::run(std::span<std::byte> context) const {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  if (!context.empty()) {
    options.ctx_in = context.data();
    options.ctx_size_in = static_cast<__u32>(context.size());
  }
  const std::string step = "run " + name();
  if (::bpf_program__type(program_) != BPF_PROG_TYPE_SYSCALL) {
    throw_error(errc::wrong_type, step,
                "it is a '" + type_name() + "' program; only SEC(\"syscall\") programs are run");
  }
  if (::bpf_prog_test_run_opts(native_handle(), &options) != 0) throw_errno(errno, step);
  return {options.retval, options.duration};
}

}  // namespace aiobpf::bpf
