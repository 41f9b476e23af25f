#include <aiobpf/bpf/system_call.hpp>

#include "throw_error.hpp"

#include <cerrno>

namespace aiobpf::bpf {

std::string_view remedy_for(int errno_value) noexcept {
  switch (errno_value) {
    case EMFILE: return "raise the limit of open files (ulimit -n, RLIMIT_NOFILE)";
    case ENFILE: return "raise the system's limit of open files (sysctl fs.file-max)";
    case ENOSPC: return "raise the user's limit of watched descriptors (sysctl fs.epoll.max_user_watches)";
    case EAGAIN:
      return "raise the limit of threads (ulimit -u, RLIMIT_NPROC; pids.max of the control group; "
             "sysctl kernel.threads-max)";
    case EPERM:
    case EACCES:
    case ENOSYS: return "a seccomp filter or a security module refuses the system call: allow it there";
    default: return {};
  }
}

void throw_system_call(int errno_value, std::string_view step) {
  throw_with_remedy(errno_value, step, remedy_for(errno_value));
}

}  // namespace aiobpf::bpf
