#pragma once

#include <aiobpf/probes/event_format.hpp>
#include <aiobpf/probes/field.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace aiobpf::probes {

/// How much of a value of unknown length a record takes.
struct room {
  std::size_t text = 256;  ///< characters
  std::size_t bytes = 256;
};

/// The values that a tracepoint's record has, as programs read them. Of a system call the types are those of
/// its arguments, each of which has 8 bytes in the record: an `int` is 4 of them, with its sign. `const char
/// *` is text in the memory of the process; all other pointers are numbers. Left out is what has no length.
std::vector<field> tracepoint_fields(std::string_view category, const event_format& format,
                                     const room& limits);

}  // namespace aiobpf::probes
