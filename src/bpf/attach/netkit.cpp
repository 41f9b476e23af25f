#include <aiobpf/bpf/attach/netkit.hpp>

#include "../link_request.hpp"
#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "interface_index.hpp"

#include <cerrno>

namespace aiobpf::bpf {

link attach(const program& program, const netkit_options& options) {
  attach_call call{"attach", program,
                   (options.peer ? "to the peer of " : "to the netkit device ") + name_of(options.interface)};
  call.check_loaded();
  call.check_section({"tc", "classifier", "tcx", "netkit"});
  call.needs_kernel(6, 7);
  unique_fd made = create_link({.program = static_cast<std::uint32_t>(program.native_handle()),
                                .target = index_of(call, options.interface),
                                .attach_type = options.peer ? netkit_peer : netkit_primary,
                                .flags = options.first ? link_before : 0,
                                .more = {}});
  if (!made && errno == ENXIO) throw_with_remedy(ENXIO, call.step(), "it is not a netkit device");
  if (!made && errno == EINVAL) {
    throw_error(errc::not_supported, call.step(),
                "this kernel has no netkit devices (kernel 6.7, CONFIG_NETKIT)");
  }
  return call.finish(std::move(made));
}

}  // namespace aiobpf::bpf
