#include <aiobpf/bpf/attach/btf_tracepoint.hpp>

#include "../names.hpp"
#include "attach_call.hpp"

#include <bpf/libbpf.h>

#include <cerrno>

namespace aiobpf::bpf {

void prepare(const program& program, const btf_tracepoint_options& options) {
  attach_call call{"prepare", program, "for the tracepoint " + options.name};
  call.check_not_loaded();
  call.check_section({"tp_btf"});
  if (has_nul(options.name)) call.throw_failed(ESRCH);
  if (const int failed = ::bpf_program__set_attach_target(call.native(), 0, options.name.c_str())) {
    call.throw_failed(-failed);
  }
}

}  // namespace aiobpf::bpf
