#pragma once

#include <string>

namespace aiobpf::bpf {

class attach_call;

/// For prepare(): names what the verifier checks the program against, a function of the kernel (target 0) or
/// of a loaded program. Throws bpf::error: an errno.
void set_target(attach_call& call, int target, const std::string& function);

}  // namespace aiobpf::bpf
