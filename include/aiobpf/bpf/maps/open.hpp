#pragma once

#include <aiobpf/bpf/map.hpp>

#include <cstdint>
#include <filesystem>

namespace aiobpf::bpf {

/// The map that is pinned there. Throws bpf::error: an errno (ENOENT, EACCES), wrong_type (what is pinned
/// there is a program or a link).
map open_pinned_map(const std::filesystem::path& path);

/// The map of that number (map::id()), as long as anything holds it. Throws bpf::error: an errno (ENOENT;
/// EPERM: CAP_SYS_ADMIN is missing).
map open_map_by_id(std::uint32_t id);

}  // namespace aiobpf::bpf
