#pragma once

#include <aiobpf/records/arena.hpp>
#include <aiobpf/records/loan.hpp>
#include <aiobpf/records/segment.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace aiobpf::records {

/// Records of one or more sources: a list of payload segments.
///
/// A batch is the only thing that crosses an async operation, a thread or a language. Sources fill it through
/// a batch_writer; whoever gets it reads. Use one batch for every read: that allocates nothing.
///
///   for (const auto& record : batch) use(record.data);
///
/// Its records are in its own memory, or on loan: still where the source has them, and unreleased there until
/// the batch is cleared, read into again or destroyed. So clear a batch soon, or keep a copy:
/// `kept.append(batch)` owns its bytes. To hand one batch to several, share a std::shared_ptr<const batch> of
/// such a copy.
///
/// Lifetimes  spans, segments and iterators until the batch is cleared, filled again, moved from or
/// destroyed;
///            its sources may end before
/// Threads    as a standard container; a batch with a loan may be cleared on another thread than its source's
/// Fork       a child may read a loan until its parent clears the batch there; clearing the child's copy
/// releases
///            nothing
class batch {
public:
  class iterator;
  using value_type = record;
  using size_type = std::size_t;

  batch() = default;
  ~batch() { clear(); }
  batch(batch&& other) noexcept { swap(other); }
  batch& operator=(batch&& other) noexcept {
    batch taken{std::move(other)};
    swap(taken);
    return *this;
  }

  std::size_t size() const noexcept { return size_; }  ///< records
  bool empty() const noexcept { return size_ == 0; }
  /// Space that the records took in their sources, headers and padding included.
  std::size_t bytes() const noexcept { return bytes_; }
  std::span<const segment> segments() const noexcept { return segments_; }

  iterator begin() const noexcept;
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Record `i`; i < size(). Costs logarithmic in the number of segments.
  record operator[](std::size_t i) const noexcept;

  /// Forgets the first `n` records, all when there are fewer. Loans stay out until clear().
  void drop_front(std::size_t n) noexcept;

  /// Adds a copy of another batch's records after its own. Uniform segments of one length that follow each
  /// other are copied back to back. Throws std::bad_alloc; the batch is then as it was.
  void append(const batch& other) { append(other.segments()); }
  void append(std::span<const segment> others);

  /// Gives loans back; keeps the batch's own memory for the next use.
  void clear() noexcept;
  void swap(batch& other) noexcept;

private:
  friend class batch_writer;
  void add(const segment& one) noexcept;
  void make_room_for(std::size_t segments);

  arena memory_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::vector<segment> segments_;
  std::vector<std::size_t> ends_;  // by segment: records up to its end, dropped ones too
  std::size_t dropped_ = 0;
  std::vector<std::shared_ptr<loan>> loans_;
};

/// Walks over all records of a batch, segment by segment.
class batch::iterator {
public:
  using value_type = record;
  using difference_type = std::ptrdiff_t;

  iterator() = default;
  explicit iterator(std::span<const segment> segments) noexcept
      : segment_(segments.data()), last_(segments.data() + segments.size()) {
    if (segment_ != last_) enter();
  }

  record operator*() const noexcept {
    return {{data_, length_}, segment_->source, segment_->cpu, position()};
  }
  const std::byte* data() const noexcept { return data_; }
  std::uint32_t length() const noexcept { return length_; }
  std::uint32_t source() const noexcept { return segment_->source; }
  std::uint64_t position() const noexcept {
    return slot_ != nullptr ? slot_->position
                            : segment_->position + static_cast<std::uint64_t>(data_ - segment_->data);
  }

  iterator& operator++() noexcept {
    if (--left_ == 0) {
      if (++segment_ != last_) enter();
    } else if (slot_ == nullptr) {
      data_ += stride_;
    } else {
      use(++slot_);
    }
    return *this;
  }
  iterator operator++(int) noexcept {
    iterator before{*this};
    ++*this;
    return before;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept {
    return a.segment_ == b.segment_ && a.left_ == b.left_;
  }
  friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.left_ == 0; }

private:
  void enter() noexcept {
    left_ = segment_->count;
    slot_ = segment_->slots;
    stride_ = segment_->stride;
    data_ = segment_->data;
    length_ = segment_->length;
    if (slot_ != nullptr) use(slot_);
  }
  void use(const slot* one) noexcept {
    data_ = segment_->data + one->offset;
    length_ = one->length;
  }

  const std::byte* data_ = nullptr;
  std::uint32_t length_ = 0;
  std::uint32_t stride_ = 0;
  std::uint32_t left_ = 0;  // records of the segment, this one included; 0 at the end
  const slot* slot_ = nullptr;
  const segment* segment_ = nullptr;
  const segment* last_ = nullptr;
};

inline batch::iterator batch::begin() const noexcept {
  return iterator{segments_};
}

}  // namespace aiobpf::records
