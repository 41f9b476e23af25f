#pragma once

namespace aiobpf::bpf {

/// Where the running kernel has its BTF, and what to do where it has none.
inline constexpr const char* kernel_btf_path = "/sys/kernel/btf/vmlinux";
inline constexpr const char* kernel_btf_remedy =
    "CO-RE needs a kernel built with CONFIG_DEBUG_INFO_BTF and sysfs on /sys";

}  // namespace aiobpf::bpf
