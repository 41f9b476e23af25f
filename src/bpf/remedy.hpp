#pragma once

#include <string>

namespace aiobpf::bpf {

/// What an errno came from.
enum class refused {
  bpf,          ///< bpf(2): a capability may be missing
  file,         ///< a file, where no capability is the remedy
  system_call,  ///< a system call that needs no privilege
};

/// What to do about an errno: the capability that is missing, the limit to raise, or who refuses. Empty when
/// the errno says enough.
std::string remedy_for(int errno_value, refused what);

}  // namespace aiobpf::bpf
