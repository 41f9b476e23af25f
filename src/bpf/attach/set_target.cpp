#include "set_target.hpp"

#include <aiobpf/bpf/unique_fd.hpp>

#include "../names.hpp"
#include "attach_call.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {
namespace {

struct free_btf {
  void operator()(::btf* types) const noexcept { ::btf__free(types); }
};
using owned_btf = std::unique_ptr<::btf, free_btf>;

// What the target is called in BTF.
std::string full_name(const attach_call& call, const std::string& name) {
  if (::bpf_program__type(call.native()) == BPF_PROG_TYPE_LSM) return "bpf_lsm_" + name;
  const auto type = ::bpf_program__expected_attach_type(call.native());
  return type == BPF_TRACE_RAW_TP ? "btf_trace_" + name : name;
}

bool is_in_a_module(const std::string& name) {
  const owned_btf kernel{::btf__load_vmlinux_btf()};
  for (__u32 id = 0; ::bpf_btf_get_next_id(id, &id) == 0;) {
    const unique_fd types{::bpf_btf_get_fd_by_id(id)};
    ::bpf_btf_info info{};
    __u32 length = sizeof(info);
    if (!types || ::bpf_obj_get_info_by_fd(types.get(), &info, &length) != 0 || !info.kernel_btf) continue;
    const owned_btf module{::btf__load_from_kernel_by_id_split(id, kernel.get())};
    if (module && ::btf__find_by_name(module.get(), name.c_str()) > 0) return true;
  }
  return false;
}

}  // namespace

// libbpf is asked only for what is there: it looks into all modules for what is not, and keeps their
// descriptors until the object loads, which it then never may.
void set_target(attach_call& call, int target, const std::string& function) {
  if (has_nul(function) || function.empty()) call.throw_failed(ESRCH);
  const bool is_kernels = target == 0;
  if (is_kernels &&
      ::libbpf_find_vmlinux_btf_id(function.c_str(), ::bpf_program__expected_attach_type(call.native())) <
          0 &&
      !is_in_a_module(full_name(call, function))) {
    call.throw_failed(ESRCH);
  }
  if (const int failed = ::bpf_program__set_attach_target(call.native(), target, function.c_str())) {
    call.throw_failed(-failed);
  }
}

}  // namespace aiobpf::bpf
