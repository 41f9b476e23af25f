#include <aiobpf/bpf/environment.hpp>

#include "kernel_btf.hpp"
#include "kernel_version.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>

namespace aiobpf::bpf {
namespace {

// Bit numbers of linux/capability.h; CAP_PERFMON and CAP_BPF came with kernel 5.8.
constexpr unsigned cap_sys_admin = 21;
constexpr unsigned cap_perfmon = 38;
constexpr unsigned cap_bpf = 39;

std::uint64_t effective_capabilities() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("CapEff:", 0) == 0) return std::stoull(line.substr(7), nullptr, 16);
  }
  return 0;
}

// The kernel writes blank, tab, newline and backslash as a backslash and three octal digits
// (fs/proc_namespace.c, mangle).
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::vector<std::string> missing_for_bpf() {
  std::vector<std::string> missing;

  if (kernel_is_older_than(5, 8)) {
    missing.push_back("kernel " + kernel_release() + " has no BPF ring buffer: 5.8 or newer is needed");
  }
  if (::access(kernel_btf_path, R_OK) != 0) {
    missing.push_back(std::string{kernel_btf_path} + " cannot be read (" + std::strerror(errno) +
                      "): " + kernel_btf_remedy);
  }

  const std::uint64_t have = effective_capabilities();
  const auto has = [have](unsigned bit) { return (have >> bit & 1) != 0; };
  if (!has(cap_sys_admin)) {
    std::string names;
    if (!has(cap_bpf)) names = "CAP_BPF";
    if (!has(cap_perfmon)) names += names.empty() ? "CAP_PERFMON" : " and CAP_PERFMON";
    if (!names.empty()) {
      missing.push_back("this process is missing " + names +
                        ": run it as root, or give them to it (setcap, or AmbientCapabilities= in systemd)");
    }
  }
  if (missing.empty()) {
    // With the capabilities at hand, does bpf(2) answer at all? seccomp and lockdown refuse it whole.
    const int fd = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, "aiobpf_probe", 4, 4, 1, nullptr);
    if (fd < 0) {
      missing.push_back(std::string{"bpf(2) refuses to create a map ("} + std::strerror(errno) +
                        "): a seccomp filter (containers have one), kernel lockdown, or RLIMIT_MEMLOCK");
    } else {
      ::close(fd);
    }
  }
  return missing;
}

std::string libbpf_version() {
  return ::libbpf_version_string() + 1;  // after the v
}

std::string mount_point(const std::string& type) {
  std::ifstream mounts{"/proc/self/mounts"};
  std::string device;
  std::string where;
  std::string kind;
  for (std::string rest; mounts >> device >> where >> kind && std::getline(mounts, rest);) {
    if (kind == type) return unescaped(where);
  }
  return {};
}

}  // namespace aiobpf::bpf
