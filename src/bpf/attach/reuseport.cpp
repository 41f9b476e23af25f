#include <aiobpf/bpf/attach/reuseport.hpp>

#include "attach_call.hpp"
#include "socket_attachment.hpp"

#include <sys/socket.h>

namespace aiobpf::bpf {

link attach(const program& program, const reuseport_options& options) {
  attach_call call{"attach", program,
                   "to the sockets that share the port of socket " + std::to_string(options.socket)};
  call.check_loaded();
  call.check_section({"sk_reuseport", "socket"});
  return socket_attachment::make(call, options.socket, SO_ATTACH_REUSEPORT_EBPF, SO_DETACH_REUSEPORT_BPF);
}

}  // namespace aiobpf::bpf
