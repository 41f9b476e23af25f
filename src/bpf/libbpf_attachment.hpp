#pragma once

#include <aiobpf/bpf/attachment.hpp>

#include <memory>

struct bpf_link;

namespace aiobpf::bpf {

/// Who keeps a program attached: a descriptor of this process, or the kernel until it is taken back.
enum class kept_by { descriptor, kernel };

/// What libbpf has attached.
class libbpf_attachment final : public attachment {
public:
  /// Throws std::bad_alloc; then it is detached.
  static std::unique_ptr<attachment> take_over(::bpf_link* attached, kept_by keeper = kept_by::descriptor);

  libbpf_attachment(::bpf_link* attached, kept_by keeper);
  ~libbpf_attachment() override;

  void detach() noexcept override;
  bool outlives_process() const noexcept override { return keeper_ == kept_by::kernel; }
  int native_handle() const noexcept override { return fd_; }

private:
  ::bpf_link* link_;  // null when detached
  int fd_;            // -1 where the link has none of its own
  kept_by keeper_;
};

}  // namespace aiobpf::bpf
