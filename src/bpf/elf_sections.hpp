#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace aiobpf::bpf {

using bytes_view = std::span<const std::byte>;

/// The contents of the sections of that name in a 64-bit ELF file of this machine's byte order; those that
/// do not lie inside of the file are left out.
std::vector<bytes_view> elf_sections(bytes_view file, std::string_view name);

}  // namespace aiobpf::bpf
