#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// A socket, which a SEC("socket") program says of each packet how many bytes it receives.
struct socket_filter_options {
  int socket = -1;  ///< its descriptor, which stays the caller's
};

///   const bpf::link link = attach(object.program("only_udp"), bpf::socket_filter_options{socket});
///
/// A socket has one filter: this takes the place of another one. The link holds the socket open until it
/// ends; dropping it removes the filter, link::disconnect() leaves it there for as long as the socket is. It
/// has no descriptor, so it cannot be pinned. Throws bpf::error: wrong_type (not a socket filter);
/// wrong_phase (not loaded); an errno (EBADF, ENOTSOCK).
[[nodiscard]] link attach(const program& program, const socket_filter_options& options);

}  // namespace aiobpf::bpf
