#include <aiobpf/bpf/object.hpp>

#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/libbpf.h>

#include <algorithm>

namespace aiobpf::bpf {

// Closes descriptors, unmaps and frees memory, and nothing else; so it may be done in a child of fork(), too.
void object::close::operator()(::bpf_object* object) const noexcept {
  ::bpf_object__close(object);
}

std::vector<std::string> object::program_names() const {
  return program_names_of(object_.get());
}
std::vector<std::string> object::map_names() const {
  return map_names_of(object_.get());
}

bpf::program object::program(std::string_view name) const {
  ::bpf_program* found = find_program(object_.get(), name_, name);
  if (::bpf_program__fd(found) < 0) {
    throw_error(errc::not_found, name_ + ": program '" + std::string{name} + "'",
                "it was not loaded: set_autoload(..., true) before load()");
  }
  return bpf::program{found};
}

bpf::map object::map(std::string_view name) const {
  const ::bpf_map* found = find_map(object_.get(), name_, name);
  return bpf::map{unique_fd::duplicate(::bpf_map__fd(found)), std::string{name}};
}

bool object::has_map(std::string_view name) const {
  return lookup_map(object_.get(), name) != nullptr;
}

bool object::has_program(std::string_view name) const {
  const ::bpf_program* const found = lookup_program(object_.get(), name);
  return found != nullptr && ::bpf_program__fd(found) >= 0;
}

}  // namespace aiobpf::bpf
