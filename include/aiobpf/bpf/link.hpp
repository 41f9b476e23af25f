#pragma once

#include <aiobpf/bpf/attachment.hpp>
#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

struct bpf_link;

namespace aiobpf::bpf {

class program;

/// What the kernel says of a link.
struct link_info {
  std::uint32_t id = 0;       ///< the kernel's number, while the link lives
  std::string type = {};      ///< as in "raw_tracepoint", "xdp", "cgroup"
  std::uint32_t program = 0;  ///< the number of the attached program
  std::string target =
      {};  ///< what it is attached to, where the kernel says: "sched_switch", "interface 2", ...
};

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

  /// The link that is pinned there. When it ends, the program stays attached while the pin is there.
  /// Throws bpf::error: an errno (ENOENT); wrong_type when something else is pinned there.
  static link open_pinned(const std::filesystem::path& path);

  /// Lets go of the attachment: the program is detached, unless the link is pinned, or disconnected.
  /// Idempotent.
  void detach() noexcept;
  bool is_attached() const noexcept { return attached_ != nullptr; }

  /// Keeps the program attached after this link and this process, under a path in a BPF file system, until it
  /// is unpinned and nobody has the link open. Perf events, kprobes, uprobes and tracepoints: kernel 5.15.
  /// Throws bpf::error: closed (detached); not_supported (this kind has no link of the kernel's); an errno
  /// (EEXIST).
  void pin(const std::filesystem::path& path) const;
  /// Removes a pin. Throws bpf::error: an errno (ENOENT).
  void unpin(const std::filesystem::path& path) const;

  /// Ends this link and leaves the program attached, also after this process. Only where the kernel itself
  /// keeps it: tc filters, sockmap verdicts, struct_ops, and socket filters for as long as the socket lives.
  /// Throws bpf::error: closed (detached); not_supported where a descriptor keeps it: pin() that one.
  void disconnect();

  /// Puts another program of the same kind in this one's place, with no moment without one: xdp, tcx, netkit,
  /// cgroup and netns links. Throws bpf::error: closed (detached); not_supported (another kind); an errno
  /// (EINVAL: the program is of another type).
  void update(const program& other);

  /// Throws bpf::error: closed (detached); not_supported (this kind has no link of the kernel's).
  link_info info() const;

  /// The link's descriptor, or -1 when it is detached or has none. Owned by the link.
  int native_handle() const noexcept { return attached_ ? attached_->native_handle() : -1; }

private:
  int kernels_link(const char* step) const;

  std::unique_ptr<attachment> attached_;
  fork_guard made_;
};

}  // namespace aiobpf::bpf
