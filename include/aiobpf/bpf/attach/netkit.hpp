#pragma once

#include <aiobpf/bpf/attach/network_interface.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// Packets that a netkit device sends, for SEC("netkit/primary"), SEC("netkit/peer") and SEC("tc") programs.
/// Kernel 6.7 with CONFIG_NETKIT.
struct netkit_options {
  network_interface interface;  ///< the primary device of the pair
  bool peer = false;            ///< what the peer sends, instead of the primary device
  bool first = false;           ///< before the programs that are there, instead of after them
};

///   const bpf::link link = attach(object.program("on_packet"), bpf::netkit_options{"nk0"});
///
/// Dropping the link detaches; update() changes the program without a gap.
/// Throws bpf::error: wrong_type (not a tc program); wrong_phase (not loaded); not_supported (a kernel
/// without netkit); an errno (ENODEV: no such interface; ENXIO: it is not a netkit device; EACCES: it is the
/// peer).
[[nodiscard]] link attach(const program& program, const netkit_options& options);

}  // namespace aiobpf::bpf
