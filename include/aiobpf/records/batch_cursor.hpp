#pragma once

#include <aiobpf/records/batch.hpp>

#include <cstddef>
#include <cstdint>

namespace aiobpf::records {

/// A batch that is handed over record by record, and how far.
///
///   if (cursor.left() == 0) cursor.filled(stream.try_read(cursor.to_fill()));
///   while (cursor.left() > 0) { use(cursor.at().data()); cursor.advance(); }
///
/// Threads  one at a time
class batch_cursor {
public:
  /// The batch, to be filled; what is left of it is lost. Say so by filled().
  batch& to_fill() noexcept {
    left_ = 0;
    return batch_;
  }
  /// It was filled with `records`, that is with all that it has.
  void filled(std::size_t records) noexcept {
    left_ = records;
    at_ = batch_.begin();
  }

  std::size_t left() const noexcept { return left_; }
  const batch::iterator& at() const noexcept { return at_; }  ///< left() > 0
  void advance() noexcept {
    ++at_;
    --left_;
  }

  /// How many of those left came from a source.
  std::uint64_t left_of(std::uint32_t source) const noexcept {
    std::uint64_t count = 0;
    auto at = at_;
    for (std::size_t i = 0; i < left_; ++i, ++at) count += at.source() == source;
    return count;
  }

  /// The batch without what was handed over; left() > 0.
  const batch& rest() noexcept {
    batch_.drop_front(batch_.size() - left_);
    at_ = batch_.begin();
    return batch_;
  }

  /// Nothing is left; the bytes stay until give_back().
  void skip_rest() noexcept { left_ = 0; }
  /// Gives loans back, when nothing is left.
  void give_back() noexcept {
    if (left_ == 0) batch_.clear();
  }

private:
  batch batch_;
  batch::iterator at_;
  std::size_t left_ = 0;
};

}  // namespace aiobpf::records
