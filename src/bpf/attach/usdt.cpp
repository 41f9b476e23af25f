#include <aiobpf/bpf/attach/usdt.hpp>

#include "attach_call.hpp"
#include "find_binary.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const usdt_options& options) {
  attach_call call{"attach", program,
                   "to the probe " + options.provider + ":" + options.name + " of " + options.binary};
  call.check_loaded();
  call.check_section({"usdt", "usdt.s"});
  const auto path = find_binary(call, options.binary);
  call.check_name(options.provider);
  call.check_name(options.name);
  LIBBPF_OPTS(bpf_usdt_opts, more, .usdt_cookie = options.cookie);
  return call.finish(::bpf_program__attach_usdt(call.native(), options.pid, path.c_str(),
                                                options.provider.c_str(), options.name.c_str(), &more));
}

}  // namespace aiobpf::bpf
