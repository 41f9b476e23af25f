#pragma once

#include <aiobpf/bpf/attach/network_interface.hpp>
#include <aiobpf/bpf/attach/tc.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// Packets of an interface, without a qdisc: for SEC("tcx/ingress"), SEC("tcx/egress") and SEC("tc")
/// programs. Kernel 6.6.
struct tcx_options {
  network_interface interface;
  packet_direction direction = packet_direction::ingress;
  bool first = false;  ///< before the programs that are there, instead of after them
};

///   const bpf::link link = attach(object.program("on_packet"), bpf::tcx_options{"eth0"});
///
/// Dropping the link detaches; update() changes the program without a gap.
/// Throws bpf::error: wrong_type (not a tc program); wrong_phase (not loaded); not_supported (an older
/// kernel); an errno (ENODEV: no such interface).
[[nodiscard]] link attach(const program& program, const tcx_options& options);

}  // namespace aiobpf::bpf
