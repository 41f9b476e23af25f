#include <aiobpf/bpf/link.hpp>

#include <bpf/libbpf.h>

namespace aiobpf::bpf {

int link::native_handle() const noexcept {
  return link_ ? ::bpf_link__fd(link_.get()) : -1;
}

void link::destroy::operator()(::bpf_link* link) const noexcept {
  ::bpf_link__destroy(link);
}

}  // namespace aiobpf::bpf
