#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// Why libbpf did not open an object, and what to do: by the object's ELF header, and by what libbpf said.
std::string explain_open_failure(std::span<const std::byte> object, int errno_value, std::string_view log);

}  // namespace aiobpf::bpf
