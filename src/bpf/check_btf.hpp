#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace aiobpf::bpf {

/// Looks whether every type and every name that the BTF of an ELF object refers to is there. libbpf follows
/// them unchecked (before 1.3 it does not look at all) and dies where they lead nowhere.
///
/// Throws bpf::error that begins with `step`: btf_corrupt. What else is wrong with the file, libbpf says.
void check_btf(std::span<const std::byte> object, std::string_view step);

}  // namespace aiobpf::bpf
