#include <aiobpf/bpf/attach/freplace.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "set_target.hpp"

namespace aiobpf::bpf {

void prepare(const program& program, const freplace_options& options) {
  attach_call call{"prepare", program, "to replace " + options.function};
  call.check_not_loaded();
  call.check_section({"freplace"});
  if (options.target < 0)
    throw_error(errc::wrong_phase, call.step(), "its target is a program that is loaded");
  set_target(call, options.target, options.function);
}

}  // namespace aiobpf::bpf
