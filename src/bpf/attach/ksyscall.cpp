#include <aiobpf/bpf/attach/ksyscall.hpp>

#include "attach_call.hpp"

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

link attach(const program& program, const ksyscall_options& options) {
  attach_call call{
      "attach", program,
      std::string{options.retprobe ? "to the return of the system call " : "to the system call "} +
          options.name};
  call.check_loaded();
  call.check_section({"ksyscall", "kretsyscall", "kprobe", "kretprobe"});
  call.check_name(options.name);
  LIBBPF_OPTS(bpf_ksyscall_opts, more, .bpf_cookie = options.cookie, .retprobe = options.retprobe);
  return call.finish(::bpf_program__attach_ksyscall(call.native(), options.name.c_str(), &more));
}

}  // namespace aiobpf::bpf
