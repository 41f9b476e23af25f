#include "descriptor_kind.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

namespace aiobpf::bpf {

std::string descriptor_kind(int fd) {
  std::array<char, 32> name;
  std::snprintf(name.data(), name.size(), "/proc/self/fd/%d", fd);
  std::array<char, 64> target;
  const auto length = ::readlink(name.data(), target.data(), target.size());
  return {target.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool is_link(int fd) {
  const auto kind = descriptor_kind(fd);
  return kind == "anon_inode:bpf_link" || kind == "anon_inode:bpf-link";
}

}  // namespace aiobpf::bpf
