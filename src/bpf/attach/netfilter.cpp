#include <aiobpf/bpf/attach/netfilter.hpp>

#include "../link_request.hpp"
#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <linux/netfilter.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

constexpr std::uint32_t netfilter_defragment = 1;  // BPF_F_NETFILTER_IP_DEFRAG

}  // namespace

// The hooks are in the kernel's own order (enum nf_inet_hooks).
link attach(const program& program, const netfilter_options& options) {
  attach_call call{"attach", program, "to netfilter"};
  call.check_loaded();
  call.check_section({"netfilter"});
  call.needs_kernel(6, 4);
  link_request request{.program = static_cast<std::uint32_t>(program.native_handle()),
                       .attach_type = netfilter_hooks,
                       .more = {}};
  request.more.netfilter = {.family = static_cast<std::uint32_t>(
                                options.family == netfilter_family::ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6),
                            .hook = static_cast<std::uint32_t>(options.hook),
                            .priority = options.priority,
                            .flags = options.defragment ? netfilter_defragment : 0};
  unique_fd made = create_link(request);
  if (!made && errno == EBUSY) {
    throw_with_remedy(
        EBUSY, call.step(),
        "a program is there with the priority " + std::to_string(options.priority) + ": choose another");
  }
  return call.finish(std::move(made));
}

}  // namespace aiobpf::bpf
