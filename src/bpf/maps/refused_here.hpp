#pragma once

#include <cerrno>

namespace aiobpf::bpf {

/// Whether bpf(2) says by this errno that the kernel, or this type of map, does not have the command. It lets
/// out an errno of its own for that (ENOTSUPP of include/linux/errno.h).
inline bool is_refused_here(int errno_value) noexcept {
  constexpr int kernel_enotsupp = 524;
  return errno_value == EINVAL || errno_value == kernel_enotsupp || errno_value == EOPNOTSUPP;
}

}  // namespace aiobpf::bpf
