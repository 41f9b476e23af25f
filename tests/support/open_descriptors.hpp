#pragma once

#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>

namespace aiobpf::tests {

/// The process's open file descriptors and what they are, without the one that reads the list.
inline std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> open;
  const auto list = "/proc/" + std::to_string(::getpid()) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!gone && target != list) open.emplace(std::stoi(entry.path().filename()), target);
  }
  return open;
}

}  // namespace aiobpf::tests
