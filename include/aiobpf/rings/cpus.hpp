#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <string_view>
#include <vector>

namespace aiobpf::rings {

/// The CPUs of a list as sysfs writes them, "0-3,8", ascending. Parsing stops at the first part that is not a
/// list.
std::vector<int> parse_cpus(std::string_view list);

/// CPUs by number, as the kernel says: numbers may have gaps.
class cpus {
public:
  /// Those that are plugged in, online or not. Throws bpf::error: an errno (no sysfs).
  static std::vector<int> present();

  /// Throws bpf::error: an errno (no sysfs).
  cpus();
  /// Those that are online now. One system call.
  std::vector<int> online() const;

private:
  bpf::unique_fd online_;
};

}  // namespace aiobpf::rings
