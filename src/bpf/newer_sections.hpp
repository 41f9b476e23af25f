#pragma once

struct bpf_object;

namespace aiobpf::bpf {

/// Gives the programs whose sections this libbpf does not know (uprobe.multi, tcx, netkit, netfilter in 1.1)
/// the type that newer ones give them. For an object that was just opened.
void name_newer_sections(::bpf_object* object);

}  // namespace aiobpf::bpf
