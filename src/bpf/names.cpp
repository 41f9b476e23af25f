#include "names.hpp"

#include "throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <algorithm>

namespace aiobpf::bpf {

void throw_no_such(std::string_view kind, std::string_view object_name, std::string_view name,
                   const std::vector<std::string>& there) {
  std::string hint = "no such " + std::string{kind} + "; ";
  if (there.empty()) hint += "the object has no " + std::string{kind};
  for (std::size_t i = 0; i < there.size(); ++i) hint += (i ? ", " : "there are: ") + there[i];
  throw_error(errc::not_found,
              std::string{object_name} + ": " + std::string{kind} + " '" + std::string{name} + "'", hint);
}

std::string kernel_name(std::string_view name) {
  std::string made{name.substr(0, BPF_OBJ_NAME_LEN - 1)};
  std::replace_if(
      made.begin(), made.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.');
      },
      '_');
  return made;
}

std::vector<std::string> program_names_of(const ::bpf_object* object) {
  std::vector<std::string> names;
  ::bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) names.emplace_back(or_empty(::bpf_program__name(program)));
  return names;
}

std::vector<std::string> map_names_of(const ::bpf_object* object) {
  std::vector<std::string> names;
  ::bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) names.emplace_back(or_empty(::bpf_map__name(map)));
  return names;
}

::bpf_program* lookup_program(const ::bpf_object* object, std::string_view name) {
  return has_nul(name) ? nullptr : ::bpf_object__find_program_by_name(object, std::string{name}.c_str());
}

::bpf_map* lookup_map(const ::bpf_object* object, std::string_view name) {
  return has_nul(name) ? nullptr : ::bpf_object__find_map_by_name(object, std::string{name}.c_str());
}

::bpf_program* find_program(const ::bpf_object* object, std::string_view object_name, std::string_view name) {
  if (auto* found = lookup_program(object, name)) return found;
  throw_no_such("program", object_name, name, program_names_of(object));
}

::bpf_map* find_map(const ::bpf_object* object, std::string_view object_name, std::string_view name) {
  if (auto* found = lookup_map(object, name)) return found;
  throw_no_such("map", object_name, name, map_names_of(object));
}

}  // namespace aiobpf::bpf
