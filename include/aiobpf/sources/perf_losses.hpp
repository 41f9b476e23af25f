#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace aiobpf::sources {

/// What the records in a perf buffer said was lost, by CPU: for those who want to be told. The kernel says so
/// with the next record that finds room, so the ledger may know of more.
///
/// Threads  any
class perf_losses {
public:
  /// One more CPU. Its count is for the source to add to; before any other call.
  std::atomic<std::uint64_t>& add(int cpu) {
    cpus_.push_back(cpu);
    return told_.emplace_back(0);
  }

  /// CPU and count of each.
  std::vector<std::pair<int, std::uint64_t>> counts() const {
    std::vector<std::pair<int, std::uint64_t>> all;
    for (std::size_t i = 0; i < cpus_.size(); ++i)
      all.emplace_back(cpus_[i], told_[i].load(std::memory_order_relaxed));
    return all;
  }

private:
  std::vector<int> cpus_;
  std::deque<std::atomic<std::uint64_t>> told_;
};

}  // namespace aiobpf::sources
