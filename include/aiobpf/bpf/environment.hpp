#pragma once

#include <string>
#include <vector>

namespace aiobpf::bpf {

/// What is missing to load and attach BPF programs in this process, one sentence each with its remedy:
/// the kernel's version, its BTF, capabilities, a bpf(2) that is refused altogether.
/// Empty when nothing is missing. Cheap enough for an error path; it changes nothing.
std::vector<std::string> missing_for_bpf();

/// The version of the libbpf that this process runs, as in "1.7": it may be newer than the one that was
/// compiled against.
std::string libbpf_version();

/// Where a file system of that type ("tracefs", "bpf", "cgroup2") is mounted, from
/// /proc/self/mounts; empty when it is not mounted.
std::string mount_point(const std::string& type);

}  // namespace aiobpf::bpf
