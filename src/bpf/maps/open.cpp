#include <aiobpf/bpf/maps/open.hpp>

#include "../descriptor_kind.hpp"
#include "../pin.hpp"
#include "../throw_error.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <string>

namespace aiobpf::bpf {
map open_pinned_map(const std::filesystem::path& path) {
  const std::string step = "open the pinned map " + path.string();
  unique_fd opened = open_pin(path, step);
  if (descriptor_kind(opened.get()) != "anon_inode:bpf-map")
    throw_error(errc::wrong_type, step, "a program or a link is pinned there");
  return map{std::move(opened)};
}

map open_map_by_id(std::uint32_t id) {
  unique_fd opened{::bpf_map_get_fd_by_id(id)};
  if (!opened) throw_errno(errno, "open the map of id " + std::to_string(id));
  return map{std::move(opened)};
}

}  // namespace aiobpf::bpf
