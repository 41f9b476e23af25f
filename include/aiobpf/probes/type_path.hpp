#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/probes/field.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <string_view>

namespace aiobpf::probes {

/// The value that a path of names leads to, through the members of structs and pointers to them:
///
///   follow("task.real_parent.tgid", "task_struct", {.from = location::root::task}, kernel, limits)
///
/// `path` begins with the root's own name; `structure` names what the root points to. A `char *` at the end
/// is text, an array of char too; an array of bytes is bytes; another pointer is a number. No I/O. Throws
/// bpf::error: not_found, which names the nearest members; invalid_expression where the path ends at a
/// struct, or goes on behind a number; not_supported: a bitfield.
field follow(std::string_view path, std::string_view structure, const location& root, const bpf::btf& types,
             const room& limits);

}  // namespace aiobpf::probes
