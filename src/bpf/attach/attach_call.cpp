#include "attach_call.hpp"

#include "../fd_attachment.hpp"
#include "../kernel_version.hpp"
#include "../names.hpp"
#include "../throw_error.hpp"
#include "place.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace aiobpf::bpf {

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
  if (std::any_of(names.begin(), names.end(), [&](const char* name) { return section_is(section, name); }))
    return;
  std::string wanted;
  for (const char* name : names)
    wanted += std::string{wanted.empty() ? "" : " or "} + "SEC(\"" + name + "\")";
  throw_error(errc::wrong_type, step_,
              "it is a '" + program_.type_name() + "' program in SEC(\"" + section + "\"); only " + wanted +
                  " programs go there");
}

void attach_call::check_name(const std::string& name) {
  if (has_nul(name)) throw_failed(ENOENT);
}

link attach_call::finish(::bpf_link* made) {
  if (made == nullptr) throw_failed(errno);
  return link{made};
}

link attach_call::finish(unique_fd made) {
  if (!made) throw_failed(errno);
  return link{std::make_unique<fd_attachment>(std::move(made))};
}

void attach_call::throw_failed(int errno_value) {
  const std::string section = program_.section();
  if (errno_value == ENOENT || errno_value == ESRCH) {
    const auto missing = explain_missing(section, log_.text());
    if (missing.is_kernels) throw_error(errc::not_supported, step_, missing.text, log_.take());
    throw_with_remedy(errno_value, step_, missing.text, log_.take());
  }
  // What a kernel says to a kind that it does not know.
  if ((errno_value == EINVAL || errno_value == E2BIG || errno_value == EOPNOTSUPP) &&
      kernel_is_older_than(major_, minor_)) {
    throw_error(errc::not_supported, step_,
                "it needs kernel " + std::to_string(major_) + '.' + std::to_string(minor_) +
                    ", and this one is " + kernel_release(),
                log_.take());
  }
  if (target_ == attach_target::section && (errno_value == EOPNOTSUPP || errno_value == EINVAL)) {
    throw_error(errc::not_supported, step_, how_to_attach(section), log_.take());
  }
  throw_errno(errno_value, step_, log_.take());
}

}  // namespace aiobpf::bpf
