#pragma once

#include <aiobpf/bpf/error.hpp>

#include "remedy.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace aiobpf::bpf {

/// The error_code for a positive errno, the one place that makes one; numbers from 4000 on are libbpf's own.
boost::system::error_code errno_code(int errno_value) noexcept;

/// Throws bpf::error for a positive errno: "<step>: <reason>; <remedy>".
[[noreturn]] void throw_with_remedy(int errno_value, std::string_view step, std::string_view remedy,
                                    std::string log = {});

/// The same, with the remedy for what was refused.
[[noreturn]] void throw_errno(int errno_value, std::string_view step, refused what, std::string log = {});

/// The same for an errno of bpf(2).
[[noreturn]] inline void throw_errno(int errno_value, std::string_view step, std::string log = {}) {
  throw_errno(errno_value, step, refused::bpf, std::move(log));
}

/// Throws bpf::error for one of aiobpf's codes: "<step>: <hint>", or the code's text without a hint.
[[noreturn]] void throw_error(errc code, std::string_view step, std::string_view hint = {},
                              std::string log = {});

}  // namespace aiobpf::bpf
