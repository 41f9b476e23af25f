#pragma once

#include <string>

namespace aiobpf::bpf {

class attach_call;
struct network_interface;

/// Throws bpf::error: ENODEV; the message names the interface.
unsigned index_of(const attach_call& call, const network_interface& interface);

/// "lo", or "interface 1".
std::string name_of(const network_interface& interface);

}  // namespace aiobpf::bpf
