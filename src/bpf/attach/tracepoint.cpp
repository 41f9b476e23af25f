#include <aiobpf/bpf/attach/tracepoint.hpp>

#include "attach_call.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const tracepoint_options& options) {
  attach_call call{"attach", program, "to the tracepoint " + options.category + "/" + options.name};
  call.check_loaded();
  call.check_section({"tracepoint", "tp"});
  call.check_name(options.category);
  call.check_name(options.name);
  LIBBPF_OPTS(bpf_tracepoint_opts, more, .bpf_cookie = options.cookie);
  return call.finish(::bpf_program__attach_tracepoint_opts(call.native(), options.category.c_str(),
                                                           options.name.c_str(), &more));
}

}  // namespace aiobpf::bpf
