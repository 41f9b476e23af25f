#include <aiobpf/bpf/attach/uprobe.hpp>

#include "attach_call.hpp"
#include "find_binary.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const uprobe_options& options) {
  attach_call call{"attach", program,
                   std::string{options.retprobe ? "to the return of " : "to "} + options.binary + ":" +
                       (options.symbol.empty() || options.offset != 0
                            ? options.symbol + "+" + std::to_string(options.offset)
                            : options.symbol)};
  call.check_loaded();
  call.check_section({"uprobe", "uprobe.s", "uretprobe", "uretprobe.s"});
  const auto path = find_binary(call, options.binary);
  call.check_name(options.symbol);
  LIBBPF_OPTS(bpf_uprobe_opts, more, .ref_ctr_offset = options.counter_offset, .bpf_cookie = options.cookie,
              .retprobe = options.retprobe,
              .func_name = options.symbol.empty() ? nullptr : options.symbol.c_str());
  return call.finish(
      ::bpf_program__attach_uprobe_opts(call.native(), options.pid, path.c_str(), options.offset, &more));
}

}  // namespace aiobpf::bpf
