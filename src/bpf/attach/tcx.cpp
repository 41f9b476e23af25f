#include <aiobpf/bpf/attach/tcx.hpp>

#include "../link_request.hpp"
#include "attach_call.hpp"
#include "interface_index.hpp"

namespace aiobpf::bpf {

link attach(const program& program, const tcx_options& options) {
  const bool in = options.direction == packet_direction::ingress;
  attach_call call{"attach", program,
                   (in ? "to the tcx ingress of " : "to the tcx egress of ") + name_of(options.interface)};
  call.check_loaded();
  call.check_section({"tc", "classifier", "tcx"});
  call.needs_kernel(6, 6);
  return call.finish(create_link({.program = static_cast<std::uint32_t>(program.native_handle()),
                                  .target = index_of(call, options.interface),
                                  .attach_type = in ? tcx_ingress : tcx_egress,
                                  .flags = options.first ? link_before : 0,
                                  .more = {}}));
}

}  // namespace aiobpf::bpf
