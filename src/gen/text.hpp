#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace aiobpf::gen {

/// Bytes as lines of string literals of C++. They may hold a NUL behind their end, as literals do.
std::string cpp_literal(std::span<const std::byte> bytes);

/// Bytes in base64, in lines.
std::string base64(std::span<const std::byte> bytes);

/// The name, or with '_' behind it where the language keeps it for itself.
std::string cpp_name(std::string_view name);
std::string python_name(std::string_view name);

}  // namespace aiobpf::gen
