#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace aiobpf::bpf {

unique_fd unique_fd::duplicate(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) throw_system_call(errno, "duplicate a file descriptor");
  return unique_fd{copy};
}

void unique_fd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace aiobpf::bpf
