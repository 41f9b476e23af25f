#pragma once

#include <aiobpf/bpf/attachment.hpp>

#include <memory>

struct bpf_link;

namespace aiobpf::bpf {

/// What libbpf has attached.
class libbpf_attachment final : public attachment {
public:
  /// Throws std::bad_alloc; then it is detached.
  static std::unique_ptr<attachment> take_over(::bpf_link* attached);

  explicit libbpf_attachment(::bpf_link* attached) noexcept : link_(attached) {}
  ~libbpf_attachment() override;

  void detach() noexcept override;
  int native_handle() const noexcept override;

private:
  ::bpf_link* link_;  // null when detached
};

}  // namespace aiobpf::bpf
