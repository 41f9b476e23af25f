#include <aiobpf/bpf/attach/netns.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/libbpf.h>
#include <fcntl.h>

#include <cerrno>

namespace aiobpf::bpf {

link attach(const program& program, const netns_options& options) {
  attach_call call{"attach", program,
                   "to the network namespace " +
                       (options.fd >= 0 ? "of descriptor " + std::to_string(options.fd) : options.path)};
  call.check_loaded();
  call.check_section({"sk_lookup", "flow_dissector"});
  call.check_name(options.path);
  unique_fd file;
  if (options.fd < 0) {
    file.reset(::open(options.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw_errno(errno, call.step(), refused::file);
  }
  return call.finish(::bpf_program__attach_netns(call.native(), options.fd >= 0 ? options.fd : file.get()));
}

}  // namespace aiobpf::bpf
