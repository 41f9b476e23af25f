#include <aiobpf/bpf/attach/tc.hpp>
#include <aiobpf/bpf/attachment.hpp>

#include "attach_call.hpp"
#include "interface_index.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {
namespace {

// A filter is the kernel's: it is named by where it is, and removed.
class tc_filter final : public attachment {
public:
  tc_filter(unsigned interface, packet_direction direction, const ::bpf_tc_opts& added) noexcept
      : interface_(static_cast<int>(interface)),
        point_(direction == packet_direction::ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS),
        handle_(added.handle),
        priority_(added.priority) {}

  void detach() noexcept override {
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface_, .attach_point = point_);
    LIBBPF_OPTS(bpf_tc_opts, filter, .handle = handle_, .priority = priority_);
    ::bpf_tc_detach(&hook, &filter);  // it may be gone, and the interface as well
  }
  bool outlives_process() const noexcept override { return true; }

private:
  int interface_;
  ::bpf_tc_attach_point point_;
  std::uint32_t handle_;
  std::uint32_t priority_;
};

}  // namespace

link attach(const program& program, const tc_options& options) {
  attach_call call{"attach", program,
                   std::string{options.direction == packet_direction::ingress ? "to the ingress of "
                                                                              : "to the egress of "} +
                       name_of(options.interface)};
  call.check_loaded();
  call.check_section({"tc", "classifier", "tcx"});
  const auto index = index_of(call, options.interface);
  LIBBPF_OPTS(
      bpf_tc_hook, hook, .ifindex = static_cast<int>(index),
      .attach_point = options.direction == packet_direction::ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS);
  if (const int failed = ::bpf_tc_hook_create(&hook); failed != 0 && failed != -EEXIST)
    call.throw_failed(-failed);
  LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program.native_handle(), .priority = options.priority);
  if (const int failed = ::bpf_tc_attach(&hook, &filter)) call.throw_failed(-failed);
  return link{std::make_unique<tc_filter>(index, options.direction, filter)};
}

}  // namespace aiobpf::bpf
