#include "link_info.hpp"

#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace aiobpf::bpf {
namespace {

// enum bpf_link_type, by its numbers; the system's <linux/bpf.h> ends before.
constexpr std::array<const char*, 15> types{
    "unspec",       "raw_tracepoint", "tracing",   "cgroup", "iter",         "netns",  "xdp",    "perf_event",
    "kprobe_multi", "struct_ops",     "netfilter", "tcx",    "uprobe_multi", "netkit", "sockmap"};
constexpr std::uint32_t tcx = 11;
constexpr std::uint32_t netkit = 13;
constexpr std::array<std::uint32_t, 5> updatable{BPF_LINK_TYPE_CGROUP, BPF_LINK_TYPE_NETNS, BPF_LINK_TYPE_XDP,
                                                 tcx, netkit};

std::string type_name(std::uint32_t type) {
  return type < types.size() ? types[type] : "type " + std::to_string(type);
}

std::string target_of(const ::bpf_link_info& info, std::string_view name) {
  switch (info.type) {
    case BPF_LINK_TYPE_RAW_TRACEPOINT:
    case BPF_LINK_TYPE_ITER: return std::string{name};
    case BPF_LINK_TYPE_TRACING: return "BTF type " + std::to_string(info.tracing.target_btf_id);
    case BPF_LINK_TYPE_CGROUP: return "cgroup " + std::to_string(info.cgroup.cgroup_id);
    case BPF_LINK_TYPE_NETNS: return "netns " + std::to_string(info.netns.netns_ino);
    case BPF_LINK_TYPE_XDP: return "interface " + std::to_string(info.xdp.ifindex);
    case tcx:
    case netkit: return "interface " + std::to_string(info.xdp.ifindex);  // the first member of each, too
    default: return {};
  }
}

int read_info(int fd, ::bpf_link_info& info) noexcept {
  __u32 length = sizeof(info);
  return ::bpf_obj_get_info_by_fd(fd, &info, &length) == 0 ? 0 : errno;
}

}  // namespace

bool can_update(int fd) noexcept {
  ::bpf_link_info info{};
  return read_info(fd, info) == 0 &&
         std::find(updatable.begin(), updatable.end(), info.type) != updatable.end();
}

link_info link_info_of(int fd) {
  ::bpf_link_info info{};
  if (const int failed = read_info(fd, info)) throw_errno(failed, "read about a link");
  std::array<char, 128> name{};
  if (info.type == BPF_LINK_TYPE_RAW_TRACEPOINT || info.type == BPF_LINK_TYPE_ITER) {
    const bool iterates = info.type == BPF_LINK_TYPE_ITER;
    info = {};
    // The two have the name's address and length in the same place, and filled in they ask for it.
    auto& text = iterates ? info.iter.target_name : info.raw_tracepoint.tp_name;
    auto& length = iterates ? info.iter.target_name_len : info.raw_tracepoint.tp_name_len;
    text = reinterpret_cast<std::uintptr_t>(name.data());
    length = name.size() - 1;
    if (const int failed = read_info(fd, info)) throw_errno(failed, "read about a link");
  }
  return {.id = info.id,
          .type = type_name(info.type),
          .program = info.prog_id,
          .target = target_of(info, name.data())};
}

}  // namespace aiobpf::bpf
