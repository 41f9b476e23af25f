#pragma once

#include <aiobpf/bpf/attachment.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

namespace aiobpf::bpf {

/// A link of the kernel's, by its descriptor: the program is attached as long as one is open, or it is
/// pinned.
class fd_attachment final : public attachment {
public:
  explicit fd_attachment(unique_fd link) noexcept : link_(std::move(link)) {}

  void detach() noexcept override { link_.reset(); }
  int native_handle() const noexcept override { return link_.get(); }

private:
  unique_fd link_;
};

}  // namespace aiobpf::bpf
