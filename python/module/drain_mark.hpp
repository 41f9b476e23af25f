#pragma once

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// The records that were on their way at one moment, by source, and how many of them are still to be
/// delivered. A source's records come in order: those of that moment are the next ones.
class drain_mark {
public:
  explicit drain_mark(std::vector<std::size_t> waiting) noexcept
      : waiting_(std::move(waiting)),
        remaining_(std::accumulate(waiting_.begin(), waiting_.end(), std::size_t{0})) {}

  /// The next record of a source was delivered.
  void delivered(std::size_t source) noexcept {
    if (source >= waiting_.size() || waiting_[source] == 0) return;
    --waiting_[source];
    --remaining_;
  }

  std::size_t remaining() const noexcept { return remaining_; }

private:
  std::vector<std::size_t> waiting_;
  std::size_t remaining_;
};

}  // namespace aiobpf::python
