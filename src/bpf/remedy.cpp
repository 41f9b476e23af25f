#include "remedy.hpp"

#include <aiobpf/bpf/environment.hpp>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

std::string all_that_is_missing() {
  std::string all;
  for (const auto& one : missing_for_bpf()) all += (all.empty() ? "" : "; ") + one;
  return all;
}

}  // namespace

std::string remedy_for(int errno_value, refused what) {
  switch (errno_value) {
    case EMFILE: return "raise the limit of open files (ulimit -n, RLIMIT_NOFILE)";
    case ENFILE: return "raise the system's limit of open files (sysctl fs.file-max)";
    case EPERM:
    case EACCES:
      if (what == refused::bpf) return all_that_is_missing();
      break;
    default: break;
  }
  if (what != refused::system_call) return {};
  switch (errno_value) {
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

}  // namespace aiobpf::bpf
