#include <aiobpf/bpf/attach/raw_tracepoint.hpp>

#include "attach_call.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const raw_tracepoint_options& options) {
  attach_call call{"attach", program, "to the raw tracepoint " + options.name};
  call.check_loaded();
  call.check_section({"raw_tp", "raw_tracepoint", "raw_tp.w", "raw_tracepoint.w"});
  call.check_name(options.name);
  return call.finish(::bpf_program__attach_raw_tracepoint(call.native(), options.name.c_str()));
}

}  // namespace aiobpf::bpf
