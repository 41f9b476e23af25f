#include <aiobpf/bpf/attach/socket_filter.hpp>

#include "attach_call.hpp"
#include "socket_attachment.hpp"

#include <sys/socket.h>

namespace aiobpf::bpf {

link attach(const program& program, const socket_filter_options& options) {
  attach_call call{"attach", program, "to the socket " + std::to_string(options.socket)};
  call.check_loaded();
  call.check_section({"socket"});
  return socket_attachment::make(call, options.socket, SO_ATTACH_BPF, SO_DETACH_BPF);
}

}  // namespace aiobpf::bpf
