#include <aiobpf/bpf/attach/lsm.hpp>

#include "attach_call.hpp"
#include "set_target.hpp"

namespace aiobpf::bpf {

// libbpf puts "bpf_lsm_" before the name, as it does with a section's.
void prepare(const program& program, const lsm_options& options) {
  attach_call call{"prepare", program, "for the hook " + options.hook};
  call.check_not_loaded();
  call.check_section({"lsm", "lsm.s", "lsm_cgroup"});
  set_target(call, 0, options.hook);
}

}  // namespace aiobpf::bpf
