#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// A sockmap or sockhash, for SEC("sk_msg") programs, which see what its sockets send, and SEC("sk_skb/...")
/// programs, which see what they receive.
struct sockmap_options {
  const bpf::map& map;
};

///   const bpf::link link = attach(object.program("redirect"), bpf::sockmap_options{object.map("sockets")});
///
/// A map has one program of a kind: this takes the place of another one. Dropping the link detaches;
/// link::disconnect() leaves the program there for as long as the map is. It has no descriptor, so it cannot
/// be pinned. Throws bpf::error: wrong_type (another kind of program, or of map); wrong_phase (not loaded);
/// an errno.
[[nodiscard]] link attach(const program& program, const sockmap_options& options);

}  // namespace aiobpf::bpf
