#include "place.hpp"

#include "../log_lines.hpp"

#include <unistd.h>

#include <array>

namespace aiobpf::bpf {
namespace {

// Kinds of sections, by what is said about them.
struct kind {
  std::string_view section;
  const char* missing;  // null: it is said below, or nothing is known
  const char* how;      // null: the section alone is enough
};

constexpr const char* no_function = "no such function in the kernel's BTF, or it may not be traced";

constexpr std::array kinds{
    kind{"kprobe", nullptr, "SEC(\"kprobe/<function>\"), or kprobe_options (attach_kprobe)"},
    kind{"kretprobe", nullptr, "SEC(\"kretprobe/<function>\"), or kprobe_options (attach_kretprobe)"},
    kind{"ksyscall", nullptr, "SEC(\"ksyscall/<call>\"), or ksyscall_options (attach_ksyscall)"},
    kind{"kretsyscall", nullptr, "SEC(\"kretsyscall/<call>\"), or ksyscall_options (attach_ksyscall)"},
    kind{"kprobe.multi", nullptr,
         "SEC(\"kprobe.multi/<pattern>\"), or kprobe_multi_options (attach_kprobe_multi)"},
    kind{"kretprobe.multi", nullptr,
         "SEC(\"kretprobe.multi/<pattern>\"), or kprobe_multi_options (attach_kprobe_multi)"},
    kind{"uprobe", nullptr, "SEC(\"uprobe/<path>:<function>\"), or uprobe_options (attach_uprobe)"},
    kind{"uprobe.s", nullptr, "SEC(\"uprobe.s/<path>:<function>\"), or uprobe_options (attach_uprobe)"},
    kind{"uretprobe", nullptr, "SEC(\"uretprobe/<path>:<function>\"), or uprobe_options (attach_uretprobe)"},
    kind{"uretprobe.s", nullptr,
         "SEC(\"uretprobe.s/<path>:<function>\"), or uprobe_options (attach_uretprobe)"},
    kind{"uprobe.multi", nullptr,
         "SEC(\"uprobe.multi/<path>:<pattern>\"), or uprobe_multi_options (attach_uprobe_multi)"},
    kind{"uretprobe.multi", nullptr,
         "SEC(\"uretprobe.multi/<path>:<pattern>\"), or uprobe_multi_options (attach_uprobe_multi)"},
    kind{"usdt", nullptr, "SEC(\"usdt/<path>:<provider>:<name>\"), or usdt_options (attach_usdt)"},
    kind{"usdt.s", nullptr, "SEC(\"usdt.s/<path>:<provider>:<name>\"), or usdt_options (attach_usdt)"},
    kind{"tracepoint", nullptr,
         "SEC(\"tracepoint/<category>/<name>\"), or tracepoint_options (attach_tracepoint)"},
    kind{"tp", nullptr, "SEC(\"tp/<category>/<name>\"), or tracepoint_options (attach_tracepoint)"},
    kind{"raw_tracepoint", "no such tracepoint on this kernel: see events/ in tracefs",
         "SEC(\"raw_tp/<name>\"), or raw_tracepoint_options (attach_raw_tracepoint)"},
    kind{"raw_tp", "no such tracepoint on this kernel: see events/ in tracefs",
         "SEC(\"raw_tp/<name>\"), or raw_tracepoint_options (attach_raw_tracepoint)"},
    kind{"tp_btf", "no such tracepoint in the kernel's BTF",
         "SEC(\"tp_btf/<tracepoint>\"), or set_attach_target() before load()"},
    kind{"fentry", no_function, "SEC(\"fentry/<function>\"), or set_attach_target() before load()"},
    kind{"fexit", no_function, "SEC(\"fexit/<function>\"), or set_attach_target() before load()"},
    kind{"fmod_ret", no_function, "SEC(\"fmod_ret/<function>\"), or set_attach_target() before load()"},
    kind{"fentry.s", no_function, "SEC(\"fentry.s/<function>\"), or set_attach_target() before load()"},
    kind{"fexit.s", no_function, "SEC(\"fexit.s/<function>\"), or set_attach_target() before load()"},
    kind{"fmod_ret.s", no_function, "SEC(\"fmod_ret.s/<function>\"), or set_attach_target() before load()"},
    kind{"freplace", "no such function in the program that is to be extended",
         "SEC(\"freplace/<function>\") and freplace_options (set_attach_target) before load()"},
    kind{"lsm", "no such hook in the kernel's BTF",
         "SEC(\"lsm/<hook>\"), or set_attach_target() before load()"},
    kind{"lsm.s", "no such hook in the kernel's BTF",
         "SEC(\"lsm.s/<hook>\"), or set_attach_target() before load()"},
    kind{"iter", "no such iterator on this kernel", "SEC(\"iter/<kind>\")"},
    kind{"iter.s", "no such iterator on this kernel", "SEC(\"iter.s/<kind>\")"},
    kind{"syscall", nullptr, "run() it: a syscall program is not attached anywhere"},
    kind{"perf_event", nullptr, "perf_event_options (attach_perf_event): an event, and how often"},
    kind{"xdp", nullptr, "xdp_options (attach_xdp): an interface"},
    kind{"xdp.frags", nullptr, "xdp_options (attach_xdp): an interface"},
    kind{"tc", nullptr, "tc_options (attach_tc) or tcx_options (attach_tcx): an interface and a direction"},
    kind{"classifier", nullptr,
         "tc_options (attach_tc) or tcx_options (attach_tcx): an interface and a direction"},
    kind{"tcx", nullptr, "tcx_options (attach_tcx) or tc_options (attach_tc): an interface and a direction"},
    kind{"netkit", nullptr, "netkit_options (attach_netkit): an interface"},
    kind{"cgroup", nullptr, "cgroup_options (attach_cgroup): a control group"},
    kind{"cgroup_skb", nullptr, "cgroup_options (attach_cgroup): a control group"},
    kind{"lsm_cgroup", "no such hook in the kernel's BTF", "cgroup_options (attach_cgroup): a control group"},
    kind{"sockops", nullptr, "cgroup_options (attach_cgroup): a control group"},
    kind{"socket", nullptr, "socket_filter_options (attach_socket_filter): a socket"},
    kind{"sk_reuseport", nullptr, "reuseport_options (attach_reuseport): a socket"},
    kind{"sk_lookup", nullptr, "netns_options (attach_netns): a network namespace"},
    kind{"flow_dissector", nullptr, "netns_options (attach_netns): a network namespace"},
    kind{"sk_skb", nullptr, "sockmap_options (attach_sockmap): a sockmap or sockhash"},
    kind{"sk_msg", nullptr, "sockmap_options (attach_sockmap): a sockmap or sockhash"},
    kind{"netfilter", nullptr, "netfilter_options (attach_netfilter): a protocol family and a hook"},
    kind{"struct_ops", nullptr, "struct_ops_options (attach_struct_ops): the map that has the struct"},
};

const kind* kind_of(std::string_view section) {
  for (const kind& one : kinds) {
    if (section_is(section, one.section)) return &one;
  }
  return nullptr;
}

// libbpf looks for tracefs under these two (libbpf.c, tracefs_path).
bool is_in_tracefs(const char* name) {
  return ::access((std::string{"/sys/kernel/tracing/"} + name).c_str(), F_OK) == 0 ||
         ::access((std::string{"/sys/kernel/debug/tracing/"} + name).c_str(), F_OK) == 0;
}

missing_place missing_tracepoint() {
  if (is_in_tracefs("events")) return {.text = "no such tracepoint on this kernel: see events/ in tracefs"};
  return {.text = "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing"};
}

missing_place missing_kernel_function() {
  if (::access("/sys/bus/event_source/devices/kprobe", F_OK) == 0 || is_in_tracefs("kprobe_events")) {
    return {.text =
                "no such function, or one that cannot be probed: see /proc/kallsyms, and "
                "available_filter_functions in tracefs"};
  }
  return {.is_kernels = true, .text = "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"};
}

missing_place missing_user_function(std::string_view log) {
  if (const auto line = line_with(log, "symbol '"); !line.empty()) {
    return {.text = "no " + line.substr(line.find("symbol '"))};
  }
  // So says libbpf 1.7 of a library.
  if (const auto symbol = last_between(log, "elf: '", "' is 0 in symtab"); !symbol.empty()) {
    return {.text = "no symbol '" + symbol + "' in '" + last_between(log, " in symtab for '", "'") + "'"};
  }
  return {.text = "no such program or library, or no such process"};
}

missing_place missing_usdt(std::string_view log) {
  if (!line_with(log, ".note.stapsdt").empty()) {
    return {.text =
                "the binary has no USDT probes at all (no section .note.stapsdt): was it built with them?"};
  }
  return {.text = "the binary has USDT probes, but none of that provider and name: see readelf -n"};
}

}  // namespace

bool section_is(std::string_view section, std::string_view name) {
  return section == name || (section.substr(0, name.size()) == name && section[name.size()] == '/');
}

missing_place explain_missing(std::string_view section, std::string_view log) {
  for (const char* name : {"tracepoint", "tp"}) {
    if (section_is(section, name)) return missing_tracepoint();
  }
  for (const char* name :
       {"kprobe", "kretprobe", "ksyscall", "kretsyscall", "kprobe.multi", "kretprobe.multi"}) {
    if (section_is(section, name)) return missing_kernel_function();
  }
  for (const char* name : {"usdt", "usdt.s"}) {
    if (section_is(section, name)) return missing_usdt(log);
  }
  if (section.starts_with("uprobe") || section.starts_with("uretprobe")) return missing_user_function(log);
  const kind* known = kind_of(section);
  return {.text = known != nullptr && known->missing != nullptr ? known->missing
                                                                : "no such place on this kernel"};
}

std::string how_to_attach(std::string_view section) {
  const kind* known = kind_of(section);
  if (known == nullptr) return "no call of this library attaches programs of such a section";
  if (section_is(section, "syscall")) return known->how;
  return std::string{"the section names no place to attach to: name it by "} + known->how;
}

}  // namespace aiobpf::bpf
