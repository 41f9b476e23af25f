#pragma once

#include <string>
#include <string_view>
#include <vector>

struct bpf_object;
struct bpf_map;
struct bpf_program;

namespace aiobpf::bpf {

std::vector<std::string> program_names_of(const ::bpf_object* object);
std::vector<std::string> map_names_of(const ::bpf_object* object);

/// Throws errc::not_found: "<object>: <kind> '<name>': no such <kind>; there are: ...".
[[noreturn]] void throw_no_such(std::string_view kind, std::string_view object_name, std::string_view name,
                                const std::vector<std::string>& there);

/// The one of that name; else throws errc::not_found with the names there are.
::bpf_program* find_program(const ::bpf_object* object, std::string_view object_name, std::string_view name);
::bpf_map* find_map(const ::bpf_object* object, std::string_view object_name, std::string_view name);

}  // namespace aiobpf::bpf
