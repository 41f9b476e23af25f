#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/cpus.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>

namespace aiobpf::rings {
namespace {

bpf::unique_fd open_list(const char* name) {
  const std::string path = std::string{"/sys/devices/system/cpu/"} + name;
  bpf::unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) bpf::throw_system_call(errno, "read " + path);
  return fd;
}

std::vector<int> read_list(const bpf::unique_fd& from) {
  std::array<char, 4096> text;  // sysfs gives a page at most
  const auto got = ::pread(from.get(), text.data(), text.size(), 0);
  return parse_cpus({text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))});
}

}  // namespace

std::vector<int> parse_cpus(std::string_view list) {
  constexpr int most = 1 << 16;  // more than any kernel has
  std::vector<int> all;
  const char* at = list.data();
  const char* const end = at + list.size();
  for (;;) {
    int first = 0;
    auto read = std::from_chars(at, end, first);
    if (read.ec != std::errc{} || first < 0) return all;
    int last = first;
    if (read.ptr != end && *read.ptr == '-') {
      read = std::from_chars(read.ptr + 1, end, last);
      if (read.ec != std::errc{}) return all;
    }
    for (int cpu = first; cpu <= std::min(last, most); ++cpu) all.push_back(cpu);
    if (read.ptr == end || *read.ptr != ',') return all;
    at = read.ptr + 1;
  }
}

std::vector<int> cpus::present() {
  return read_list(open_list("present"));
}

cpus::cpus() : online_(open_list("online")) {}

std::vector<int> cpus::online() const {
  return read_list(online_);
}

}  // namespace aiobpf::rings
