#include <aiobpf/bpf/attach/section.hpp>

#include "attach_call.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program) {
  attach_call call{"attach", program, "by its section '" + program.section() + "'", attach_target::section};
  call.check_loaded();
  return call.finish(::bpf_program__attach(call.native()));
}

}  // namespace aiobpf::bpf
