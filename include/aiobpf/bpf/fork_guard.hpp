#pragma once

#include <cstdint>
#include <string_view>

namespace aiobpf::bpf {

/// Tells the process that made an object from its children, which fork() gave a copy of it.
///
/// A child shares with its parent all that descriptors and shared mappings refer to: epoll instances, perf
/// events, the positions of a ring. What a copy did there, the parent would feel. So every object that could
/// reach back keeps a fork_guard. Where it is not ours, destructors and close() only close the child's
/// descriptors and free its memory, and take no lock that a thread of the parent may have held; any other use
/// is errc::closed.
///
/// Copies remember the same process. A child's children are strangers to the child's objects in turn.
/// Does not see children of clone(2) and vfork(), which run no pthread_atfork handlers.
///
/// Threads  any
class fork_guard {
public:
  fork_guard() noexcept : made_in_(generation_) {}

  /// Whether this is the process that it was made in. Costs a load and a comparison.
  bool is_ours() const noexcept { return made_in_ == generation_; }

  /// Throws bpf::error: closed, when it is not ours. `step` is what was tried.
  void check(std::string_view step) const {
    if (!is_ours()) throw_closed(step);
  }

private:
  [[noreturn]] static void throw_closed(std::string_view step);

  // How many forks lie between the process that loaded us and this one.
  static std::uint64_t generation_;
  friend void count_fork() noexcept;

  std::uint64_t made_in_;
};

}  // namespace aiobpf::bpf
