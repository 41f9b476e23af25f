#pragma once

#include <aiobpf/bpf/attach/network_interface.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>

namespace aiobpf::bpf {

/// As the interface sees it.
enum class packet_direction { ingress, egress };

/// A filter of traffic control, on a clsact qdisc, for SEC("tc") programs. tcx_options are its successor.
struct tc_options {
  network_interface interface;
  packet_direction direction = packet_direction::ingress;
  std::uint32_t priority = 0;  ///< lower ones run first; 0: the kernel chooses
};

///   const bpf::link link = attach(object.program("on_packet"), bpf::tc_options{"eth0"});
///
/// The interface gets a clsact qdisc where it has none, and keeps it. Dropping the link removes the filter;
/// link::disconnect() leaves it there after this process. It has no descriptor, so it cannot be pinned.
/// Throws bpf::error: wrong_type (not a tc program); wrong_phase (not loaded); an errno (ENODEV: no such
/// interface).
[[nodiscard]] link attach(const program& program, const tc_options& options);

}  // namespace aiobpf::bpf
