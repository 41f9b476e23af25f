#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include "descriptor_kind.hpp"
#include "fd_attachment.hpp"
#include "libbpf_attachment.hpp"
#include "link_info.hpp"
#include "pin.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

namespace aiobpf::bpf {

link::link(::bpf_link* attached) : attached_(libbpf_attachment::take_over(attached)) {}

link::link(std::unique_ptr<attachment> attached) noexcept : attached_(std::move(attached)) {}

link& link::operator=(link&& other) noexcept {
  if (this != &other) {
    detach();
    attached_ = std::move(other.attached_);
    made_ = other.made_;
  }
  return *this;
}

link link::open_pinned(const std::filesystem::path& path) {
  const std::string step = "open the link pinned at " + path.string();
  unique_fd opened = open_pin(path, step);
  if (!is_link(opened.get())) throw_error(errc::wrong_type, step, "what is pinned there is not a link");
  return link{std::make_unique<fd_attachment>(std::move(opened))};
}

void link::detach() noexcept {
  if (attached_ && made_.is_ours()) attached_->detach();
  attached_.reset();
}

int link::kernels_link(const char* step) const {
  made_.check(step);
  if (!attached_) throw_error(errc::closed, step, "it is detached");
  const int fd = attached_->native_handle();
  if (fd >= 0 && is_link(fd)) return fd;
  throw_error(
      errc::not_supported, step,
      "the kernel has no link of this kind (for perf events, kprobes, uprobes and tracepoints before 5.15)");
}

void link::pin(const std::filesystem::path& path) const {
  pin_descriptor(kernels_link("pin a link"), path, "pin a link at " + path.string());
}

void link::unpin(const std::filesystem::path& path) const {
  remove_pin(path, "unpin a link from " + path.string());
}

void link::disconnect() {
  constexpr const char* step = "disconnect a link";
  made_.check(step);
  if (!attached_) throw_error(errc::closed, step, "it is detached");
  if (!attached_->outlives_process()) {
    throw_error(
        errc::not_supported, step,
        "the program is attached by a descriptor, which ends with this process: pin() the link to keep it");
  }
  attached_.reset();
}

void link::update(const program& other) {
  const std::string step = "update a link to " + other.name();
  if (::bpf_link_update(kernels_link(step.c_str()), other.native_handle(), nullptr) == 0) return;
  const int failed = errno;
  // Kinds without an update say so (link_update of kernel/bpf/syscall.c), and this is what all of them have
  // in common.
  if (failed == EINVAL && !can_update(attached_->native_handle())) {
    throw_error(errc::not_supported, step,
                "a link of this kind keeps its program: attach the other one, then detach");
  }
  throw_errno(failed, step);
}

link_info link::info() const {
  return link_info_of(kernels_link("read about a link"));
}

}  // namespace aiobpf::bpf
