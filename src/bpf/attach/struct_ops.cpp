#include <aiobpf/bpf/attach/struct_ops.hpp>
#include <aiobpf/bpf/object.hpp>

#include "../libbpf_attachment.hpp"
#include "../libbpf_log.hpp"
#include "../names.hpp"
#include "../throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>

namespace aiobpf::bpf {

link attach(const object& object, const struct_ops_options& options) {
  const std::string step = object.name() + ": attach struct_ops '" + options.map + "'";
  ::bpf_map* map = find_map(object.object_.get(), object.name(), options.map);
  if (::bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) {
    throw_error(errc::wrong_type, step, "it is not a variable in SEC(\".struct_ops\")");
  }
  libbpf_log log;
  ::bpf_link* made = ::bpf_map__attach_struct_ops(map);
  if (made != nullptr) return link{libbpf_attachment::take_over(made, kept_by::kernel)};
  if (errno == EEXIST) throw_with_remedy(EEXIST, step, "the kernel has a struct of that name", log.take());
  throw_errno(errno, step, log.take());
}

}  // namespace aiobpf::bpf
