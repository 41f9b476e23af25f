#include "socket_attachment.hpp"

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/libbpf.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {

link socket_attachment::make(attach_call& call, int socket, int set, int take_back) {
  auto made = std::make_unique<socket_attachment>(unique_fd::duplicate(socket), take_back);
  const int program = ::bpf_program__fd(call.native());
  if (::setsockopt(socket, SOL_SOCKET, set, &program, sizeof(program)) != 0) {
    switch (errno) {
      case ENOTSOCK: throw_with_remedy(ENOTSOCK, call.step(), "the descriptor is not one of a socket");
      case EINVAL: throw_with_remedy(EINVAL, call.step(), "set SO_REUSEPORT before the socket is bound");
      default: call.throw_failed(errno);
    }
  }
  return link{std::move(made)};
}

void socket_attachment::detach() noexcept {
  const int unused = 0;
  ::setsockopt(socket_.get(), SOL_SOCKET, take_back_, &unused,
               sizeof(unused));  // another one may have done it
  socket_.reset();
}

}  // namespace aiobpf::bpf
