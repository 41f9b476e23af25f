#pragma once

#include <string_view>

namespace aiobpf::bpf {

/// Throws bpf::error for a system call that failed although it needs no privilege: "<step>: <strerror>;
/// <remedy>", where the remedy is the limit to raise, or who refuses it.
[[noreturn]] void throw_system_call(int errno_value, std::string_view step);

}  // namespace aiobpf::bpf
