#pragma once

#include "stream_core.hpp"

namespace aiobpf::loop {

/// Throws what a turn says: std::bad_alloc, or bpf::error with the name of the source that failed.
[[noreturn]] void throw_read_failure(const stream_core& core, const turn_result& did);

}  // namespace aiobpf::loop
