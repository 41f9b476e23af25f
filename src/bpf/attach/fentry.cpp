#include <aiobpf/bpf/attach/fentry.hpp>

#include "attach_call.hpp"
#include "set_target.hpp"

namespace aiobpf::bpf {

void prepare(const program& program, const fentry_options& options) {
  attach_call call{"prepare", program, "for the function " + options.function};
  call.check_not_loaded();
  call.check_section({"fentry", "fexit", "fmod_ret", "fentry.s", "fexit.s", "fmod_ret.s"});
  set_target(call, options.target >= 0 ? options.target : 0, options.function);
}

}  // namespace aiobpf::bpf
