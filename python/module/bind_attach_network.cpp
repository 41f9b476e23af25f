#include "bind_attach.hpp"

#include <aiobpf/bpf/attach/cgroup.hpp>
#include <aiobpf/bpf/attach/netfilter.hpp>
#include <aiobpf/bpf/attach/netkit.hpp>
#include <aiobpf/bpf/attach/netns.hpp>
#include <aiobpf/bpf/attach/reuseport.hpp>
#include <aiobpf/bpf/attach/socket_filter.hpp>
#include <aiobpf/bpf/attach/sockmap.hpp>
#include <aiobpf/bpf/attach/tc.hpp>
#include <aiobpf/bpf/attach/tcx.hpp>
#include <aiobpf/bpf/attach/xdp.hpp>

namespace aiobpf::python {
namespace {

// Interfaces come as a name, or as an index where the name is empty; enumerations as their numbers, which
// Python's side has checked.
bpf::network_interface interface(const std::string& name, unsigned index) {
  return name.empty() ? bpf::network_interface{index} : bpf::network_interface{name};
}

bpf::packet_direction direction(bool ingress) {
  return ingress ? bpf::packet_direction::ingress : bpf::packet_direction::egress;
}

attached xdp(const bpf::program& program, const std::string& name, unsigned index, int mode) {
  return attach_as(program, bpf::xdp_options{interface(name, index), static_cast<bpf::xdp_mode>(mode)});
}

attached tc(const bpf::program& program, const std::string& name, unsigned index, bool ingress,
            std::uint32_t priority) {
  return attach_as(program, bpf::tc_options{interface(name, index), direction(ingress), priority});
}

attached tcx(const bpf::program& program, const std::string& name, unsigned index, bool ingress, bool first) {
  return attach_as(program, bpf::tcx_options{interface(name, index), direction(ingress), first});
}

attached netkit(const bpf::program& program, const std::string& name, unsigned index, bool peer, bool first) {
  return attach_as(program, bpf::netkit_options{interface(name, index), peer, first});
}

attached cgroup(const bpf::program& program, const std::string& path, int fd) {
  return attach_as(program, bpf::cgroup_options{path, fd});
}

attached socket_filter(const bpf::program& program, int socket) {
  return attach_as(program, bpf::socket_filter_options{socket});
}

attached reuseport(const bpf::program& program, int socket) {
  return attach_as(program, bpf::reuseport_options{socket});
}

attached netns(const bpf::program& program, const std::string& path, int fd) {
  return attach_as(program, bpf::netns_options{path, fd});
}

attached sockmap(const bpf::program& program, const bpf::map& map) {
  return attach_as(program, bpf::sockmap_options{map});
}

attached netfilter(const bpf::program& program, int hook, bool ipv6, int priority, bool defragment) {
  return attach_as(program,
                   bpf::netfilter_options{static_cast<bpf::netfilter_hook>(hook),
                                          ipv6 ? bpf::netfilter_family::ipv6 : bpf::netfilter_family::ipv4,
                                          priority, defragment});
}

}  // namespace

void bind_attach_network(program_class& program) {
  program.def("attach_xdp", xdp, keeps_program())
      .def("attach_tc", tc, keeps_program())
      .def("attach_tcx", tcx, keeps_program())
      .def("attach_netkit", netkit, keeps_program())
      .def("attach_cgroup", cgroup, keeps_program())
      .def("attach_socket_filter", socket_filter, keeps_program())
      .def("attach_reuseport", reuseport, keeps_program())
      .def("attach_netns", netns, keeps_program())
      .def("attach_sockmap", sockmap, keeps_program())
      .def("attach_netfilter", netfilter, keeps_program());
}

}  // namespace aiobpf::python
