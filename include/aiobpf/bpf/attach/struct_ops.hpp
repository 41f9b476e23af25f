#pragma once

#include <aiobpf/bpf/link.hpp>

#include <string>

namespace aiobpf::bpf {

class object;

/// A struct of functions of the kernel (tcp_congestion_ops, sched_ext_ops, ...) that programs of the object
/// are.
struct struct_ops_options {
  std::string map = {};  ///< the variable in SEC(".struct_ops")
};

///   const bpf::link link = attach(object, bpf::struct_ops_options{"my_congestion_control"});
///
/// Dropping the link takes the struct back; link::disconnect() leaves it with the kernel after this process.
/// Kernel 5.6. Throws bpf::error: not_found (no such map; the message names those there are); wrong_type
/// (another type of map); an errno (EEXIST: the kernel has one of that name).
[[nodiscard]] link attach(const object& object, const struct_ops_options& options);

}  // namespace aiobpf::bpf
