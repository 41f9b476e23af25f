#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstddef>
#include <cstdint>

namespace aiobpf::bpf {

/// What bpf(BPF_LINK_CREATE) takes (union bpf_attr of <linux/bpf.h>, link_create): for the kinds that
/// libbpf 1.1 or the system's kernel headers do not know yet. Numbers are the kernel's, which never change.
struct link_request {
  std::uint32_t program = 0;
  std::uint32_t target = 0;  ///< a descriptor, or the index of an interface
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
  union details {
    struct {
      std::uint32_t relative;  ///< a descriptor, or an id
      std::uint64_t expected_revision;
    } order;  ///< tcx (kernel 6.6), netkit (6.7), cgroup (6.16)
    struct {
      std::uint32_t family;
      std::uint32_t hook;
      std::int32_t priority;
      std::uint32_t flags;
    } netfilter;  ///< kernel 6.4
    struct {
      std::uint64_t path;
      std::uint64_t offsets;
      std::uint64_t counter_offsets;
      std::uint64_t cookies;
      std::uint32_t count;
      std::uint32_t flags;
      std::uint32_t pid;
    } uprobe_multi;  ///< kernel 6.6
    std::uint64_t most[7] = {};
  } more;
};

// Numbers of <linux/bpf.h> that the system's may not have.
inline constexpr std::uint32_t netfilter_hooks = 45;     // BPF_NETFILTER
inline constexpr std::uint32_t tcx_ingress = 46;         // BPF_TCX_INGRESS
inline constexpr std::uint32_t tcx_egress = 47;          // BPF_TCX_EGRESS
inline constexpr std::uint32_t trace_uprobe_multi = 48;  // BPF_TRACE_UPROBE_MULTI
inline constexpr std::uint32_t netkit_primary = 54;      // BPF_NETKIT_PRIMARY
inline constexpr std::uint32_t netkit_peer = 55;         // BPF_NETKIT_PEER
inline constexpr std::uint32_t link_before = 1U << 3;    // BPF_F_BEFORE; without a relative: the first

static_assert(offsetof(link_request, more) == 16 && sizeof(link_request) == 72);

/// The link's descriptor; empty when it failed, and errno says why.
unique_fd create_link(const link_request& request) noexcept;

}  // namespace aiobpf::bpf
