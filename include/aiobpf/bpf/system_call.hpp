#pragma once

#include <string_view>

namespace aiobpf::bpf {

/// What to do about a system call that failed with `errno_value` although it needs no privilege: the limit to
/// raise, or who refuses it. Empty when the errno says enough.
std::string_view remedy_for(int errno_value) noexcept;

/// Throws bpf::error for a system call that failed: "<step>: <strerror>; <remedy>".
[[noreturn]] void throw_system_call(int errno_value, std::string_view step);

}  // namespace aiobpf::bpf
