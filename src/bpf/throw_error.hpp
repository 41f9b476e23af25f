#pragma once

#include <aiobpf/bpf/error.hpp>

#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// Throws bpf::error for an errno (positive): "<step>: <strerror>". Where the errno is about
/// permissions, the message goes on to name the capability or the limit that lacks.
[[noreturn]] void throw_errno(int errno_value, std::string_view step, std::string log = {});

/// The same about a file, where no capability is the remedy.
[[noreturn]] void throw_file_errno(int errno_value, std::string_view step);

/// Throws bpf::error for one of our own codes: "<step>: <hint>", or the code's text without a hint.
[[noreturn]] void throw_error(errc code, std::string_view step, std::string_view hint = {},
                              std::string log = {});

}  // namespace aiobpf::bpf
