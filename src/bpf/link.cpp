#include <aiobpf/bpf/link.hpp>

#include "libbpf_attachment.hpp"

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

void link::detach() noexcept {
  if (attached_ && made_.is_ours()) attached_->detach();
  attached_.reset();
}

}  // namespace aiobpf::bpf
