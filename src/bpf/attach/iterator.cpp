#include <aiobpf/bpf/attach/iterator.hpp>
#include <aiobpf/bpf/map.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace aiobpf::bpf {

link attach(const program& program, const iterator_options& options) {
  attach_call call{"attach", program, "as an iterator"};
  call.check_loaded();
  call.check_section({"iter", "iter.s"});
  call.check_name(options.cgroup);
  ::bpf_iter_link_info info{};
  unique_fd cgroup;
  bool narrowed = true;
  if (options.map != nullptr) {
    info.map.map_fd = static_cast<__u32>(options.map->native_handle());
  } else if (options.tid != 0) {
    info.task.tid = static_cast<__u32>(options.tid);
  } else if (options.pid != 0) {
    info.task.pid = static_cast<__u32>(options.pid);
  } else if (!options.cgroup.empty()) {
    cgroup.reset(::open(options.cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup) throw_errno(errno, call.step(), refused::file);
    info.cgroup.cgroup_fd = static_cast<__u32>(cgroup.get());
    info.cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
  } else {
    narrowed = false;
  }
  LIBBPF_OPTS(bpf_iter_attach_opts, more, .link_info = narrowed ? &info : nullptr,
              .link_info_len = narrowed ? static_cast<__u32>(sizeof(info)) : 0);
  ::bpf_link* made = ::bpf_program__attach_iter(call.native(), &more);
  if (made == nullptr && errno == EBADF)
    throw_with_remedy(EBADF, call.step(), "it goes over a map: name one");
  return call.finish(made);
}

unique_fd open_iterator(const link& iterator) {
  const std::string step = "open a stream of an iterator";
  if (!iterator.is_attached()) throw_error(errc::wrong_type, step, "its link is detached");
  unique_fd stream{::bpf_iter_create(iterator.native_handle())};
  if (stream) return stream;
  if (errno == EINVAL || errno == EBADF)
    throw_error(errc::wrong_type, step, "it is not the link of an iterator");
  throw_errno(errno, step);
}

std::string read_iterator(const link& iterator) {
  const unique_fd stream = open_iterator(iterator);
  std::string all;
  std::array<char, 16384> part;
  for (;;) {
    const auto got = ::read(stream.get(), part.data(), part.size());
    if (got > 0) all.append(part.data(), static_cast<std::size_t>(got));
    if (got == 0) return all;
    if (got < 0 && errno != EAGAIN && errno != EINTR) throw_errno(errno, "read an iterator");
  }
}

}  // namespace aiobpf::bpf
