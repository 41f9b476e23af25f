#pragma once

#include <string>

namespace aiobpf::bpf {

class attach_call;

/// The path of a program or library: one with a slash is a path already; a name with ".so" in it is looked
/// for where the dynamic linker looks (LD_LIBRARY_PATH, the system's folders), any other one in PATH. Throws
/// bpf::error: an errno (ENOENT, EACCES), and names the folders.
std::string find_binary(attach_call& call, const std::string& name);

}  // namespace aiobpf::bpf
