#pragma once

#include <aiobpf/bpf/ring_walk.hpp>
#include <aiobpf/loop/ring_loan.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

namespace aiobpf::loop {

/// Records of one or more sources.
///
/// A batch is the only thing that crosses an async operation, a thread or a language. It is filled by
/// sources, and not changed once it was handed on. Reusing one batch for every read allocates nothing.
///
///   for (const auto& record : batch) use(record.data);
///
/// Many records of one length at a time are not copied: the batch has them on loan, in the ring they were
/// written to, and that part of the ring is released when the batch is cleared, read into again or destroyed.
/// So clear a batch soon, or keep its records as a copy: `kept.append(batch)`. When another reader takes the
/// ring over, producers may write over what is on loan.
///
/// Lifetimes  spans and iterators until the batch is cleared, filled again, moved from or destroyed; sources
///            may end before
/// Threads    as a standard container; a batch with a loan may be cleared on another thread than its source's
/// Fork       a child may read a loan until its parent clears the batch there; clearing the child's releases
/// nothing
class batch {
public:
  struct record {
    std::span<const std::byte> data;  ///< aligned to 8 bytes
    std::size_t source = 0;           ///< what stream::add() gave
    std::uint64_t position = 0;       ///< the record's 64-bit byte offset in its source: a stream offset
  };
  class iterator;

  batch() = default;
  ~batch() { clear(); }
  batch(batch&& other) noexcept { swap(other); }
  batch& operator=(batch&& other) noexcept {
    batch taken{std::move(other)};
    swap(taken);
    return *this;
  }

  std::size_t size() const noexcept { return records_; }  ///< records
  bool empty() const noexcept { return records_ == 0; }
  std::size_t bytes() const noexcept { return bytes_; }  ///< of the records, headers included
  void clear() noexcept;                                 ///< ends loans; keeps the batch's own memory
  void swap(batch& other) noexcept;

  iterator begin() const noexcept;
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Records as a ring holds them, from one source: each behind an 8-byte header, padded to 8 bytes.
  struct segment {
    std::size_t source = 0;
    std::uint64_t position = 0;       ///< of its first byte, in the source
    const std::byte* lent = nullptr;  ///< where it stands, when it is on loan
    std::size_t offset = 0;           ///< else where it stands in the batch's own memory
    std::size_t bytes = 0;
    std::size_t records = 0;
    bool uniform = false;  ///< all have `length` bytes, none was discarded: no header need be read
    std::uint32_t length = 0;
  };
  std::span<const segment> segments() const noexcept { return segments_; }
  const std::byte* data(const segment& one) const noexcept {
    return one.lent ? one.lent : memory_.get() + one.offset;
  }

  /// Adds a copy of another batch's records behind its own. Throws std::bad_alloc; the batch is then as it
  /// was.
  void append(const batch& other);

  /// For sources: records that stay where they are, at `data`, until `loan` is given back. Throws
  /// std::bad_alloc; the batch is then as it was.
  void borrow(std::size_t source, const bpf::ring_walk& walk, const std::byte* data,
              std::shared_ptr<ring_loan> loan);

  /// For sources: room for `bytes` more behind what is there, to be filled before commit().
  /// Throws std::bad_alloc; the batch is then as it was.
  std::byte* reserve(std::size_t bytes);
  /// For sources: what was walked over and copied to reserve()'s place is part of the batch now.
  void commit(std::size_t source, const bpf::ring_walk& walk);

private:
  void add(const segment& one) noexcept;

  struct free_memory {
    void operator()(std::byte* memory) const noexcept { ::operator delete[](memory, alignment); }
  };
  static constexpr std::align_val_t alignment{64};

  std::unique_ptr<std::byte[], free_memory> memory_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;   // of memory_
  std::size_t bytes_ = 0;  // of all records
  std::size_t records_ = 0;
  std::vector<std::shared_ptr<ring_loan>> loans_;
  std::vector<segment> segments_;
};

/// Walks over all records of a batch, segment by segment.
class batch::iterator {
public:
  using value_type = batch::record;
  using difference_type = std::ptrdiff_t;

  iterator() = default;
  explicit iterator(const batch& owner) noexcept
      : owner_(&owner), segment_(owner.segments_.data()), last_(segment_ + owner.segments_.size()) {
    enter();
  }

  record operator*() const noexcept {
    return {{at_ + bpf::ring_header::size, length_},
            segment_->source,
            segment_->position + static_cast<std::uint64_t>(at_ - begin_)};
  }
  const std::byte* data() const noexcept { return at_ + bpf::ring_header::size; }
  std::uint32_t length() const noexcept { return length_; }
  std::size_t source() const noexcept { return segment_->source; }

  iterator& operator++() noexcept {
    at_ += stride_;
    if (at_ == stop_) look();
    return *this;
  }
  void operator++(int) noexcept { ++*this; }
  bool operator==(std::default_sentinel_t) const noexcept { return segment_ == last_; }

private:
  // To the first record at or behind the start of segment_.
  void enter() noexcept {
    for (; segment_ != last_; ++segment_) {
      at_ = begin_ = owner_->data(*segment_);
      end_ = at_ + segment_->bytes;
      if (segment_->uniform) {
        length_ = segment_->length;
        stride_ = bpf::ring_header::stride(length_);
        stop_ = end_;
        return;
      }
      if (find_submitted()) return;
    }
  }

  // At the end of a segment, or in one whose headers must be read.
  void look() noexcept {
    if (at_ != end_ && find_submitted()) return;
    ++segment_;
    enter();
  }

  // To the first submitted record at or behind at_; false when the segment has none.
  bool find_submitted() noexcept {
    for (; at_ != end_; at_ += stride_) {
      std::uint32_t word;
      std::memcpy(&word, at_, sizeof(word));
      length_ = bpf::ring_header::length(word);
      stride_ = bpf::ring_header::stride(length_);
      stop_ = at_ + stride_;
      if (!(word & bpf::ring_header::discard_bit)) return true;
    }
    return false;
  }

  const batch* owner_ = nullptr;
  const segment* segment_ = nullptr;
  const segment* last_ = nullptr;
  const std::byte* at_ = nullptr;
  const std::byte* begin_ = nullptr;  // of the segment
  const std::byte* end_ = nullptr;    // of the segment
  const std::byte* stop_ = nullptr;   // where the length may change: end_, or the next record
  std::uint64_t stride_ = 0;
  std::uint32_t length_ = 0;
};

inline batch::iterator batch::begin() const noexcept {
  return iterator{*this};
}

}  // namespace aiobpf::loop
