#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// The group of sockets that share a port (SO_REUSEPORT), among which a SEC("sk_reuseport") or SEC("socket")
/// program chooses.
struct reuseport_options {
  int socket = -1;  ///< the descriptor of one of them, which stays the caller's
};

///   const bpf::link link = attach(object.program("choose"), bpf::reuseport_options{listener});
///
/// As with socket_filter_options: one program a group, the link holds the socket open, disconnect() leaves
/// it. Throws bpf::error: wrong_type (another kind of program); wrong_phase (not loaded); an errno (EINVAL:
/// the socket has no SO_REUSEPORT).
[[nodiscard]] link attach(const program& program, const reuseport_options& options);

}  // namespace aiobpf::bpf
