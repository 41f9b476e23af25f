#pragma once

#include "drain_mark.hpp"
#include "python.hpp"

#include <aiobpf/bpf/fork_guard.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// Who waits until what is there now was delivered, and how much of that is left.
///
/// Called with the GIL held; wake() calls Python, and so anybody's code.
class pending_drains {
public:
  bool empty() const noexcept { return drains_.empty(); }

  /// `wake` (a callable) is called by `event_loop` when all that waits was delivered. Returns a number for
  /// end(), never 0.
  std::size_t begin(std::vector<drain_mark::waiting> waiting, reference event_loop, reference wake);
  /// Returns how many were not delivered.
  std::uint64_t end(std::size_t number) noexcept;

  /// The next `records` of a source were delivered.
  void delivered(std::uint32_t source, std::uint64_t records = 1) noexcept {
    for (drain& one : drains_) one.mark.delivered(source, records);
  }

  /// Wakes those whose records are all delivered, and all when the stream was closed.
  void wake(bool was_closed) noexcept;

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept { drains_.clear(); }

private:
  struct drain {
    std::size_t number;
    drain_mark mark;
    reference loop;
    reference wake;  // null when it was called
  };
  std::vector<drain> drains_;
  std::size_t last_ = 0;
  bpf::fork_guard made_;
};

}  // namespace aiobpf::python
