#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A control group (version 2), for SEC("cgroup/..."), SEC("cgroup_skb/..."), SEC("sockops") and
/// SEC("lsm_cgroup/...") programs: it applies to the processes in it, and in those below it.
struct cgroup_options {
  std::string path = {};  ///< of its folder, as in "/sys/fs/cgroup/system.slice"
  int fd = -1;            ///< instead of the path: an open descriptor of the folder, which stays the caller's
};

///   const bpf::link link = attach(object.program("on_connect"), bpf::cgroup_options{"/sys/fs/cgroup"});
///
/// A group can have many programs of a kind, and all of them run. Dropping the link detaches; update()
/// changes the program without a gap. Kernel 5.7. Throws bpf::error: wrong_type (not a cgroup program);
/// wrong_phase (not loaded); an errno (ENOENT: no such folder; EBADF: not a folder of cgroup2).
[[nodiscard]] link attach(const program& program, const cgroup_options& options);

}  // namespace aiobpf::bpf
