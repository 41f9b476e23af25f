#include <aiobpf/bpf/maps/open.hpp>

#include "../pin.hpp"
#include "../throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <fstream>

namespace aiobpf::bpf {
namespace {

// A program and a map are told by what /proc says of their descriptors.
bool is_map(int fd) {
  std::ifstream about{"/proc/self/fdinfo/" + std::to_string(fd)};
  for (std::string line; std::getline(about, line);) {
    if (line.starts_with("map_type:")) return true;
    if (line.starts_with("prog_type:") || line.starts_with("link_type:")) return false;
  }
  return true;  // /proc is not mounted: the kernel will say
}

}  // namespace

map open_pinned_map(const std::filesystem::path& path) {
  const std::string step = "open the pinned map " + path.string();
  unique_fd opened = open_pin(path, step);
  if (!is_map(opened.get())) throw_error(errc::wrong_type, step, "a program or a link is pinned there");
  return map{std::move(opened)};
}

map open_map_by_id(std::uint32_t id) {
  unique_fd opened{::bpf_map_get_fd_by_id(id)};
  if (!opened) throw_errno(errno, "open the map of id " + std::to_string(id));
  return map{std::move(opened)};
}

}  // namespace aiobpf::bpf
