#pragma once

#include <aiobpf/bpf/error.hpp>

#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// The error_code for a positive errno, the one place that makes one; numbers from 4000 on are libbpf's own.
boost::system::error_code errno_code(int errno_value) noexcept;

/// Throws bpf::error for a positive errno: "<step>: <reason>; <remedy>".
[[noreturn]] void throw_with_remedy(int errno_value, std::string_view step, std::string_view remedy,
                                    std::string log = {});

/// The same for an errno of bpf(2): the remedy is the capability or the limit that is missing.
[[noreturn]] void throw_errno(int errno_value, std::string_view step, std::string log = {});

/// The same about a file, where no capability is the remedy.
[[noreturn]] void throw_file_errno(int errno_value, std::string_view step);

/// Throws bpf::error for one of our own codes: "<step>: <hint>", or the code's text without a hint.
[[noreturn]] void throw_error(errc code, std::string_view step, std::string_view hint = {},
                              std::string log = {});

}  // namespace aiobpf::bpf
