#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace aiobpf::bpf {

class map;

/// The values of an array map with BPF_F_MMAPABLE in this process's memory; the last copy unmaps it. Throws
/// bpf::error: wrong_type (another map), an errno.
std::shared_ptr<std::byte> map_memory(const map& array, bool writable, std::string_view step);

}  // namespace aiobpf::bpf
