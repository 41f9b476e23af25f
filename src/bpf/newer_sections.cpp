#include "newer_sections.hpp"

#include "attach/place.hpp"
#include "link_request.hpp"
#include "names.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>

namespace aiobpf::bpf {
namespace {

constexpr int prog_type_netfilter =
    32;  // BPF_PROG_TYPE_NETFILTER, which the system's <linux/bpf.h> may not have

struct newer_section {
  std::string_view name;
  int type;
  std::uint32_t attach_type;
  bool sleepable = false;
};

constexpr std::array newer{
    newer_section{"uprobe.multi", BPF_PROG_TYPE_KPROBE, trace_uprobe_multi},
    newer_section{"uretprobe.multi", BPF_PROG_TYPE_KPROBE, trace_uprobe_multi},
    newer_section{"uprobe.multi.s", BPF_PROG_TYPE_KPROBE, trace_uprobe_multi, true},
    newer_section{"uretprobe.multi.s", BPF_PROG_TYPE_KPROBE, trace_uprobe_multi, true},
    newer_section{"tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, tcx_ingress},
    newer_section{"tcx/egress", BPF_PROG_TYPE_SCHED_CLS, tcx_egress},
    newer_section{"netkit/primary", BPF_PROG_TYPE_SCHED_CLS, netkit_primary},
    newer_section{"netkit/peer", BPF_PROG_TYPE_SCHED_CLS, netkit_peer},
    newer_section{"netfilter", prog_type_netfilter, netfilter_hooks},
};

}  // namespace

// Setters fail for loaded programs only.
void name_newer_sections(::bpf_object* object) {
  ::bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (::bpf_program__type(program) != BPF_PROG_TYPE_UNSPEC) continue;
    const std::string_view section = or_empty(::bpf_program__section_name(program));
    for (const auto& one : newer) {
      if (!section_is(section, one.name)) continue;
      ::bpf_program__set_type(program, static_cast<::bpf_prog_type>(one.type));
      ::bpf_program__set_expected_attach_type(program, static_cast<::bpf_attach_type>(one.attach_type));
      if (one.sleepable) ::bpf_program__set_flags(program, BPF_F_SLEEPABLE);
    }
  }
}

}  // namespace aiobpf::bpf
