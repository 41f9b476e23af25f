#pragma once

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <fstream>
#include <string>

namespace aiobpf::tests {

// What this kernel has, found without the library: where it has it, a test proves that events arrive; where
// not, that the error names what is missing.

inline bool is_kernels_symbol(const std::string& name) {
  std::ifstream symbols{"/proc/kallsyms"};
  for (std::string line; std::getline(symbols, line);) {
    if (line.ends_with(' ' + name)) return true;
  }
  return false;
}

inline bool has_kprobes() {
  return ::access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

inline bool has_fprobes() {
  return is_kernels_symbol("register_fprobe");
}

inline bool has_uprobe_multi() {
  return is_kernels_symbol("bpf_uprobe_multi_link_attach");
}

/// The function that does a system call, as in "__x64_sys_getppid".
inline std::string function_of_call(const std::string& name) {
#if defined(__x86_64__)
  return "__x64_sys_" + name;
#else
  return "__arm64_sys_" + name;
#endif
}

}  // namespace aiobpf::tests
