#include <aiobpf/bpf/program.hpp>

#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace aiobpf::bpf {

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

program::run_result program::run(std::span<std::byte> context) const {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  if (!context.empty()) {
    options.ctx_in = context.data();
    options.ctx_size_in = static_cast<__u32>(context.size());
  }
  const std::string step = "run " + name();
  const auto type = ::bpf_program__type(program_);
  if (type != BPF_PROG_TYPE_SYSCALL && type != BPF_PROG_TYPE_RAW_TRACEPOINT) {
    throw_error(errc::wrong_type, step,
                "it is a '" + type_name() +
                    "' program; only SEC(\"syscall\") and SEC(\"raw_tp/...\") programs are run");
  }
  if (::bpf_prog_test_run_opts(native_handle(), &options) != 0) throw_errno(errno, step);
  return {options.retval, options.duration};
}

}  // namespace aiobpf::bpf
