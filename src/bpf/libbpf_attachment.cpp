#include "libbpf_attachment.hpp"

#include "descriptor_kind.hpp"

#include <bpf/libbpf.h>
#include <unistd.h>

#include <utility>

namespace aiobpf::bpf {
namespace {

// Whether closing a link's descriptor does no more than that. bpf_link__fd() of a USDT link is 0, which is
// standard input, and that of a struct_ops link is its map's, which the object closes.
bool is_links_own(int fd) {
  return is_link(fd) || descriptor_kind(fd) == "anon_inode:[perf_event]";
}

}  // namespace

std::unique_ptr<attachment> libbpf_attachment::take_over(::bpf_link* attached, kept_by keeper) {
  std::unique_ptr<::bpf_link, int (*)(::bpf_link*)> owner{attached, ::bpf_link__destroy};
  auto made = std::make_unique<libbpf_attachment>(attached, keeper);
  static_cast<void>(owner.release());
  return made;
}

libbpf_attachment::libbpf_attachment(::bpf_link* attached, kept_by keeper)
    : link_(attached), fd_(::bpf_link__fd(attached)), keeper_(keeper) {
  if (!is_links_own(fd_)) fd_ = -1;
}

// Not detached: we are in a child of fork(), where libbpf's detach would reach the parent's probe. For perf
// events it is an ioctl (PERF_EVENT_IOC_DISABLE) on an event that both share, for legacy ones a line written
// to tracefs, for struct_ops a map element deleted. Left open until exec or exit is what libbpf has no
// accessor for: the perf event beside a link (kernel 5.15), which keeps nothing attached, and the uprobes of
// a USDT link, which do stay attached for that long.
libbpf_attachment::~libbpf_attachment() {
  if (link_ == nullptr) return;
  ::bpf_link__disconnect(link_);  // destroy only frees memory from here on
  if (fd_ >= 0) ::close(fd_);
  ::bpf_link__destroy(link_);
}

void libbpf_attachment::detach() noexcept {
  ::bpf_link__destroy(std::exchange(link_, nullptr));
  fd_ = -1;
}

}  // namespace aiobpf::bpf
