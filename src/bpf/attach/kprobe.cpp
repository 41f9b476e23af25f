#include <aiobpf/bpf/attach/kprobe.hpp>

#include "attach_call.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const kprobe_options& options) {
  attach_call call{"attach", program,
                   std::string{options.retprobe ? "to the return of " : "to "} + options.function +
                       (options.offset != 0 ? "+" + std::to_string(options.offset) : "")};
  call.check_loaded();
  call.check_section({"kprobe", "kretprobe"});
  call.check_name(options.function);
  LIBBPF_OPTS(bpf_kprobe_opts, more, .bpf_cookie = options.cookie, .offset = options.offset,
              .retprobe = options.retprobe);
  return call.finish(::bpf_program__attach_kprobe_opts(call.native(), options.function.c_str(), &more));
}

}  // namespace aiobpf::bpf
