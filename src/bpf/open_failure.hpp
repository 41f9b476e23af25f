#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// Throws bpf::error: wrong_type, where an ELF file is one for another byte order or machine; newer libbpf
/// open the former, and cannot load it. What is not ELF at all, libbpf says.
void check_machine(std::span<const std::byte> object, std::string_view step);

/// Why libbpf did not open an object, and what to do, by what libbpf said.
std::string explain_open_failure(int errno_value, std::string_view log);

}  // namespace aiobpf::bpf
