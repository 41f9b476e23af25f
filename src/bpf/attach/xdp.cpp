#include <aiobpf/bpf/attach/xdp.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "interface_index.hpp"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

__u32 flags_of(xdp_mode mode) {
  switch (mode) {
    case xdp_mode::best: return 0;
    case xdp_mode::generic: return XDP_FLAGS_SKB_MODE;
    case xdp_mode::native: return XDP_FLAGS_DRV_MODE;
    case xdp_mode::offload: return XDP_FLAGS_HW_MODE;
  }
  return 0;
}

}  // namespace

link attach(const program& program, const xdp_options& options) {
  attach_call call{"attach", program, "to " + name_of(options.interface)};
  call.check_loaded();
  call.check_section({"xdp", "xdp.frags"});
  call.needs_kernel(5, 9);
  const auto index = index_of(call, options.interface);
  LIBBPF_OPTS(bpf_link_create_opts, more, .flags = flags_of(options.mode));
  const int made = ::bpf_link_create(program.native_handle(), static_cast<int>(index), BPF_XDP, &more);
  switch (made < 0 ? -made : 0) {
    case 0: return call.finish(unique_fd{made});
    case ENODEV: throw_with_remedy(ENODEV, call.step(), "no such network interface: see /sys/class/net");
    case EBUSY:
    case EEXIST:
      throw_with_remedy(
          -made, call.step(),
          "it has an XDP program: update() that one's link, or detach it (ip link set dev ... xdp off)");
    case EOPNOTSUPP:
      throw_error(errc::not_supported, call.step(),
                  "its driver has no such mode: every interface has xdp_mode::generic");
    default: call.throw_failed(-made);
  }
}

}  // namespace aiobpf::bpf
