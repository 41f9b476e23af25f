#pragma once

#include <aiobpf/bpf/attach/network_interface.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// Where in the receive path a program runs.
enum class xdp_mode {
  best,     ///< native where the driver can, else generic
  generic,  ///< after the kernel has made its packet: every interface can
  native,   ///< in the driver
  offload,  ///< on the device
};

/// An interface whose received packets a SEC("xdp") program sees.
struct xdp_options {
  network_interface interface;
  xdp_mode mode = xdp_mode::best;
};

///   const bpf::link link = attach(object.program("count_packets"), bpf::xdp_options{"eth0"});
///
/// Dropping the link detaches. An interface has one such program: update() changes it without a gap.
/// Kernel 5.9. Throws bpf::error: wrong_type (not an xdp program); wrong_phase (not loaded); an errno
/// (ENODEV: no such interface; EBUSY: it has a program; EOPNOTSUPP: its driver has no such mode).
[[nodiscard]] link attach(const program& program, const xdp_options& options);

}  // namespace aiobpf::bpf
