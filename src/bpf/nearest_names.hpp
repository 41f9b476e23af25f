#pragma once

#include <string_view>
#include <vector>

namespace aiobpf::bpf {

/// Of many names the few that `wanted` may have been meant to be, the nearest first: those that a few letters
/// inserted, removed or changed make of it. They look into `names`.
std::vector<std::string_view> nearest_names(std::string_view wanted,
                                            const std::vector<std::string_view>& names);

}  // namespace aiobpf::bpf
