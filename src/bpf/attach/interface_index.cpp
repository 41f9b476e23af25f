#include "interface_index.hpp"

#include <aiobpf/bpf/attach/network_interface.hpp>

#include "../names.hpp"
#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <net/if.h>

#include <array>
#include <cerrno>

namespace aiobpf::bpf {

unsigned index_of(const attach_call& call, const network_interface& interface) {
  unsigned index = interface.index;
  if (!interface.name.empty()) index = has_nul(interface.name) ? 0 : ::if_nametoindex(interface.name.c_str());
  std::array<char, IF_NAMESIZE> name;
  if (index == 0 || ::if_indextoname(index, name.data()) == nullptr)
    throw_with_remedy(ENODEV, call.step(), "no such network interface: see /sys/class/net");
  return index;
}

std::string name_of(const network_interface& interface) {
  return interface.name.empty() ? "interface " + std::to_string(interface.index) : interface.name;
}

}  // namespace aiobpf::bpf
