#include <aiobpf/bpf/attach/cgroup.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/libbpf.h>
#include <fcntl.h>

#include <cerrno>

namespace aiobpf::bpf {

link attach(const program& program, const cgroup_options& options) {
  attach_call call{"attach", program,
                   "to the control group " +
                       (options.fd >= 0 ? "of descriptor " + std::to_string(options.fd) : options.path)};
  call.check_loaded();
  call.check_section({"cgroup", "cgroup_skb", "sockops", "lsm_cgroup"});
  call.needs_kernel(5, 7);
  call.check_name(options.path);
  unique_fd folder;
  if (options.fd < 0) {
    folder.reset(::open(options.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) throw_errno(errno, call.step(), refused::file);
  }
  const int fd = options.fd >= 0 ? options.fd : folder.get();
  ::bpf_link* made = ::bpf_program__attach_cgroup(call.native(), fd);
  if (made == nullptr && errno == EBADF) {
    throw_with_remedy(EBADF, call.step(), "it is not a folder of a cgroup2 file system (mount -t cgroup2)");
  }
  return call.finish(made);
}

}  // namespace aiobpf::bpf
