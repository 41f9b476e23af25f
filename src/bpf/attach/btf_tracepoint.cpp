#include <aiobpf/bpf/attach/btf_tracepoint.hpp>

#include "attach_call.hpp"
#include "set_target.hpp"

namespace aiobpf::bpf {

void prepare(const program& program, const btf_tracepoint_options& options) {
  attach_call call{"prepare", program, "for the tracepoint " + options.name};
  call.check_not_loaded();
  call.check_section({"tp_btf"});
  set_target(call, 0, options.name);
}

}  // namespace aiobpf::bpf
