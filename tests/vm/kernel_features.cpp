// Prints what the running kernel has, a line each: "kprobe yes". By the predicates that the tests of attach
// points go by: where one is true they prove that events arrive, where not, that the error says so.
#include "kernel_features.hpp"

#include "../kernel/attach/trampolines.hpp"

#include <iostream>
#include <utility>
#include <vector>

using namespace aiobpf::tests;

int main() {
  const std::vector<std::pair<const char*, bool>> features{
      {"kprobe, kretprobe, ksyscall", has_kprobes()},
      {"kprobe.multi, kretprobe.multi", has_fprobes()},
      {"uprobe.multi, uretprobe.multi", has_uprobe_multi()},
      {"fentry, fexit, fmod_ret, freplace, lsm", has_trampolines()},
      {"tcx", is_kernels_symbol("tcx_link_attach")},
      {"netkit", is_kernels_symbol("netkit_link_attach")},
      {"netfilter", is_kernels_symbol("bpf_nf_link_attach")},
  };
  for (const auto& [name, there] : features) std::cout << name << '\t' << (there ? "yes" : "no") << '\n';
}
