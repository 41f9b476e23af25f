#pragma once

#include <string>

namespace aiobpf::bpf {

/// What a descriptor is of, as /proc says it: "anon_inode:bpf_link", "anon_inode:[perf_event]", a path, ...
/// Empty when there is no such descriptor.
std::string descriptor_kind(int fd);

/// Whether it is one of a link: that is how the kernel calls those that were made, and those that were
/// opened.
bool is_link(int fd);

}  // namespace aiobpf::bpf
