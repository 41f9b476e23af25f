#include "link_request.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace aiobpf::bpf {

// The kernel makes it close-on-exec. One that knows less than we fill in answers E2BIG where that is not
// zero.
unique_fd create_link(const link_request& request) noexcept {
  return unique_fd{static_cast<int>(::syscall(SYS_bpf, BPF_LINK_CREATE, &request, sizeof(request)))};
}

}  // namespace aiobpf::bpf
