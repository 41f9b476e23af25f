#pragma once

#include <string>
#include <string_view>

struct bpf_object;

namespace aiobpf::bpf {

/// Throws what libbpf's refusal to load an object means: which program, map or symbol, and what to do. `log`
/// is what libbpf said.
[[noreturn]] void throw_load_failure(int errno_value, std::string_view step, const ::bpf_object* object,
                                     std::string log);

}  // namespace aiobpf::bpf
