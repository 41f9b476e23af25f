#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// Calls `visit` with the name of each function that a 64-bit ELF file of this machine's byte order defines,
/// and where it begins in the file, in bytes: those of .symtab and those of .dynsym, so many of them twice.
/// Throws bpf::error: an errno; wrong_type when it is not such a file. `step` is what was tried.
void for_each_function(const std::string& path, std::string_view step,
                       const std::function<void(std::string_view name, std::uint64_t offset)>& visit);

}  // namespace aiobpf::bpf
