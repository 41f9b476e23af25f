#pragma once

#include <string>
#include <string_view>

struct bpf_map;

namespace aiobpf::bpf {

/// Throws why a map cannot be created: the attribute that this type of map does not take, and which call sets
/// it.
[[noreturn]] void throw_map_failure(int errno_value, std::string_view step, const ::bpf_map* map,
                                    std::string log);

}  // namespace aiobpf::bpf
