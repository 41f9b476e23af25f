#pragma once

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
  explicit link(::bpf_link* attached) noexcept : link_(attached) {}

  /// Detaches the program. Idempotent.
  void detach() noexcept { link_.reset(); }
  bool is_attached() const noexcept { return link_ != nullptr; }

  /// The link's descriptor, or -1 when detached. Owned by the link.
  int native_handle() const noexcept;

private:
  struct destroy {
    void operator()(::bpf_link* link) const noexcept;
    fork_guard made;
  };
  std::unique_ptr<::bpf_link, destroy> link_;
};

}  // namespace aiobpf::bpf
