#pragma once

#include <aiobpf/bpf/attachment.hpp>
#include <aiobpf/bpf/fork_guard.hpp>

#include <memory>

struct bpf_link;

namespace aiobpf::bpf {

/// An attached program. Move-only; the program is detached when the link ends.
///
/// Lifetimes  must end before the object its program belongs to: declare it after the object
/// Fork       a child's copy detaches nothing, neither by detach() nor at its end
class link {
public:
  /// Takes over a link made by libbpf.
  explicit link(::bpf_link* attached);
  /// Takes over any other attachment.
  explicit link(std::unique_ptr<attachment> attached) noexcept;
  link(link&&) noexcept = default;
  link& operator=(link&& other) noexcept;
  ~link() { detach(); }

  /// Detaches the program. Idempotent.
  void detach() noexcept;
  bool is_attached() const noexcept { return attached_ != nullptr; }

  /// The link's descriptor, or -1 when it is detached or has none. Owned by the link.
  int native_handle() const noexcept { return attached_ ? attached_->native_handle() : -1; }

private:
  std::unique_ptr<attachment> attached_;
  fork_guard made_;
};

}  // namespace aiobpf::bpf
