#include "pin.hpp"

#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

bool is_on_bpffs(const std::filesystem::path& directory) {
  struct ::statfs found {};
  return ::statfs(directory.empty() ? "." : directory.c_str(), &found) == 0 && found.f_type == BPF_FS_MAGIC;
}

void check_path(const std::filesystem::path& path, std::string_view step) {
  if (has_nul(path.native())) throw_errno(ENOENT, step, refused::file);
}

}  // namespace

void pin_descriptor(int fd, const std::filesystem::path& path, std::string_view step) {
  check_path(path, step);
  if (::bpf_obj_pin(fd, path.c_str()) == 0) return;
  const int failed = errno;
  if (failed != ENOENT && failed != EEXIST && !is_on_bpffs(path.parent_path())) {
    throw_with_remedy(failed, step,
                      "pins are kept in a BPF file system: mount one (mount -t bpf bpf /sys/fs/bpf)");
  }
  throw_errno(failed, step);
}

unique_fd open_pin(const std::filesystem::path& path, std::string_view step) {
  check_path(path, step);
  unique_fd opened{::bpf_obj_get(path.c_str())};
  if (!opened) throw_errno(errno, step);
  return opened;
}

void remove_pin(const std::filesystem::path& path, std::string_view step) {
  check_path(path, step);
  if (::unlink(path.c_str()) != 0) throw_errno(errno, step, refused::file);
}

}  // namespace aiobpf::bpf
