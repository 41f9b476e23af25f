#include <aiobpf/bpf/system_call.hpp>

#include <aiobpf/bpf/error.hpp>

#include <cerrno>
#include <string>
#include <utility>

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
  const boost::system::error_code code{errno_value, boost::system::system_category()};
  std::string message{step};
  message += ": " + code.message();
  if (const auto remedy = remedy_for(errno_value); !remedy.empty()) message.append("; ").append(remedy);
  throw error{code, std::move(message)};
}

}  // namespace aiobpf::bpf
