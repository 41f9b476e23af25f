#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// The records that were on their way at one moment, by source, and how many of them are still to be
/// delivered. A source's records come in order: those of that moment are the next ones.
class drain_mark {
public:
  struct waiting {
    std::uint32_t source;
    std::uint64_t records;
  };

  explicit drain_mark(std::vector<waiting> there) noexcept : there_(std::move(there)) {
    for (const waiting& one : there_) remaining_ += one.records;
  }

  /// The next `records` of a source were delivered.
  void delivered(std::uint32_t source, std::uint64_t records = 1) noexcept {
    for (waiting& one : there_) {
      if (one.source != source) continue;
      const std::uint64_t counted = one.records < records ? one.records : records;
      one.records -= counted;
      remaining_ -= counted;
    }
  }

  std::uint64_t remaining() const noexcept { return remaining_; }

private:
  std::vector<waiting> there_;
  std::uint64_t remaining_ = 0;
};

}  // namespace aiobpf::python
