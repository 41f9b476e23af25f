#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <cstdint>

namespace aiobpf::bpf {

enum class netfilter_family { ipv4, ipv6 };
enum class netfilter_hook { prerouting, input, forward, output, postrouting };

/// A hook of this network namespace's netfilter, for SEC("netfilter") programs. Kernel 6.4.
struct netfilter_options {
  netfilter_hook hook = netfilter_hook::input;
  netfilter_family family = netfilter_family::ipv4;
  std::int32_t priority = 0;  ///< lower ones run first; not the least and not the greatest number
  bool defragment = false;    ///< packets are put together before (kernel 6.6)
};

///   const bpf::link link = attach(object.program("on_packet"), bpf::netfilter_options{});
///
/// Dropping the link detaches.
/// Throws bpf::error: wrong_type (not a netfilter program); wrong_phase (not loaded); not_supported (an older
/// kernel); an errno (EBUSY: a BPF program has that priority).
[[nodiscard]] link attach(const program& program, const netfilter_options& options);

}  // namespace aiobpf::bpf
