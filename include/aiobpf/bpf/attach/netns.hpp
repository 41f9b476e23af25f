#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <string>

namespace aiobpf::bpf {

/// A network namespace, for SEC("sk_lookup") programs, which choose the socket of a new connection
/// (kernel 5.9), and SEC("flow_dissector") programs (kernel 5.7).
struct netns_options {
  std::string path = "/proc/self/ns/net";  ///< of the namespace; the default is this process's
  int fd = -1;                             ///< instead of the path: its descriptor, which stays the caller's
};

///   const bpf::link link = attach(object.program("choose_socket"), bpf::netns_options{});
///
/// Dropping the link detaches; update() changes the program without a gap.
/// Throws bpf::error: wrong_type (another kind of program); wrong_phase (not loaded); an errno (ENOENT: no
/// such file; EEXIST: it has a flow dissector).
[[nodiscard]] link attach(const program& program, const netns_options& options);

}  // namespace aiobpf::bpf
