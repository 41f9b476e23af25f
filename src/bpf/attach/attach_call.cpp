#include "attach_call.hpp"

#include "../throw_error.hpp"

#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace aiobpf::bpf {
namespace {

// libbpf looks for tracepoints under these two (libbpf.c, tracefs_path).
bool tracefs_is_there() {
  return ::access("/sys/kernel/tracing/events", F_OK) == 0 ||
         ::access("/sys/kernel/debug/tracing/events", F_OK) == 0;
}

// What is missing where a place is not there, by the kind of program.
const char* hint_of_missing_place(::bpf_prog_type type) {
  switch (type) {
    case BPF_PROG_TYPE_TRACEPOINT:
      return tracefs_is_there() ? "no such tracepoint on this kernel: see events/ in tracefs"
                                : "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
    case BPF_PROG_TYPE_TRACING: return "no such tracepoint or function in the kernel's BTF";
    default: return "no such place on this kernel";
  }
}

bool begins_with(std::string_view section, std::string_view name) {
  return section == name || (section.substr(0, name.size()) == name && section[name.size()] == '/');
}

}  // namespace

attach_call::attach_call(const char* verb, const program& program, std::string place, attach_target target)
    : program_(program),
      step_(std::string{verb} + ' ' + program.name() + ' ' + std::move(place)),
      target_(target) {}

void attach_call::check_loaded() const {
  if (program_.is_loaded()) return;
  throw_error(errc::wrong_phase, step_,
              "it is not loaded: load() the object file, and attach the object's program");
}

void attach_call::check_not_loaded() const {
  if (!program_.is_loaded()) return;
  throw_error(errc::wrong_phase, step_,
              "it is loaded, and the kernel has fixed its target: prepare() the object file's program, "
              "before load()");
}

void attach_call::check_section(std::initializer_list<const char*> names) const {
  const std::string section = program_.section();
  if (std::any_of(names.begin(), names.end(), [&](const char* name) { return begins_with(section, name); }))
    return;
  std::string wanted;
  for (const char* name : names)
    wanted += std::string{wanted.empty() ? "" : " or "} + "SEC(\"" + name + "\")";
  throw_error(errc::wrong_type, step_,
              "it is a '" + program_.type_name() + "' program in SEC(\"" + section + "\"); only " + wanted +
                  " programs go there");
}

link attach_call::finish(::bpf_link* made) {
  if (made == nullptr) throw_failed(errno);
  return link{made};
}

void attach_call::throw_failed(int errno_value) {
  const auto type = ::bpf_program__type(native());
  if (errno_value == ENOENT || errno_value == ESRCH) {
    throw_with_remedy(errno_value, step_, hint_of_missing_place(type), log_.take());
  }
  if (target_ == attach_target::section && (errno_value == EOPNOTSUPP || errno_value == EINVAL)) {
    const bool runs = type == BPF_PROG_TYPE_SYSCALL;
    throw_error(errc::not_supported, step_,
                runs ? "a syscall program is not attached anywhere: run() it"
                     : "the section names no place to attach to: name one, as in SEC(\"raw_tp/sys_enter\")",
                log_.take());
  }
  throw_errno(errno_value, step_, log_.take());
}

}  // namespace aiobpf::bpf
