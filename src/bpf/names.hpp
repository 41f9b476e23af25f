#pragma once

#include <string>
#include <string_view>
#include <vector>

struct bpf_object;
struct bpf_map;
struct bpf_program;

namespace aiobpf::bpf {

/// Names of C have no NUL; one given with a NUL would be cut there.
inline bool has_nul(std::string_view name) noexcept {
  return name.find('\0') != name.npos;
}

/// What libbpf gives for a name; it is null in a damaged object.
inline const char* or_empty(const char* name) noexcept {
  return name != nullptr ? name : "";
}

/// A name as bpf(2) takes it: 15 letters, digits, '_' and '.' at most; others become '_'.
std::string kernel_name(std::string_view name);

std::vector<std::string> program_names_of(const ::bpf_object* object);
std::vector<std::string> map_names_of(const ::bpf_object* object);

/// Throws errc::not_found: "<object>: <kind> '<name>': no such <kind>; there are: ...".
[[noreturn]] void throw_no_such(std::string_view kind, std::string_view object_name, std::string_view name,
                                const std::vector<std::string>& there);

/// The one of that name, or null.
::bpf_program* lookup_program(const ::bpf_object* object, std::string_view name);
::bpf_map* lookup_map(const ::bpf_object* object, std::string_view name);

/// The one of that name; else throws errc::not_found with the names there are.
::bpf_program* find_program(const ::bpf_object* object, std::string_view object_name, std::string_view name);
::bpf_map* find_map(const ::bpf_object* object, std::string_view object_name, std::string_view name);

}  // namespace aiobpf::bpf
