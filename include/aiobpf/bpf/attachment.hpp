#pragma once

namespace aiobpf::bpf {

/// What a link holds: a program that is attached somewhere. What libbpf attaches is one; a kind that the
/// kernel has no link for, as a filter that is added and removed, has its own.
class attachment {
public:
  attachment() = default;
  attachment(const attachment&) = delete;
  attachment& operator=(const attachment&) = delete;

  /// Closes and frees what this process has of it, and detaches nothing: in a child of fork() that is all
  /// that happens.
  virtual ~attachment() = default;

  /// Detaches the program. Called once, at most, and in the process that attached it.
  virtual void detach() noexcept = 0;

  /// Whether the program stays attached when nothing of this process refers to it any more: a filter that was
  /// added does, what hangs on a descriptor does not.
  virtual bool outlives_process() const noexcept { return false; }

  /// The descriptor of the attachment, owned by it; -1 where there is none.
  virtual int native_handle() const noexcept { return -1; }
};

}  // namespace aiobpf::bpf
