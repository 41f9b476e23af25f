#pragma once

#include <aiobpf/bpf/link.hpp>

namespace aiobpf::bpf {

/// Whether the kernel lets such a link change its program.
bool can_update(int fd) noexcept;

/// Throws bpf::error: an errno.
link_info link_info_of(int fd);

}  // namespace aiobpf::bpf
