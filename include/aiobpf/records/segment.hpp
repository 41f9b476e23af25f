#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace aiobpf::records {

/// One record of a batch.
struct record {
  std::span<const std::byte> data;  ///< aligned to 8 bytes in a batch; to 4 where a visitor sees it in place
  std::uint32_t source = 0;         ///< what stream::add() returned
  std::int32_t cpu = -1;            ///< the CPU that emitted it; -1 where the source does not know
  std::uint64_t position = 0;       ///< 64-bit offset in its source, which orders and identifies it there

  /// The record as what its program wrote; null when it is too short for that (a dispatcher counts those).
  /// T needs no stricter alignment than `data` has.
  template <class T>
  const T* as() const noexcept {
    static_assert(std::is_trivially_copyable_v<T>, "a record is the bytes that its program wrote");
    static_assert(alignof(T) <= 8, "records are aligned to 8 bytes at most");
    return data.size() >= sizeof(T) ? reinterpret_cast<const T*>(data.data()) : nullptr;
  }
};

/// Where one record of a segment with several lengths is.
struct slot {
  std::uint64_t position = 0;  ///< as record::position
  std::uint32_t offset = 0;    ///< bytes from segment::data
  std::uint32_t length = 0;    ///< bytes
};

/// A run of payloads from one channel of one source, in the order in which they came. It does not show what
/// is between them: headers, padding and discarded records are the source's own business.
///
/// Either all records have one length, and follow each other at a fixed stride (`slots` is null), or each has
/// a slot. A view: its memory belongs to a batch, or to the source while it calls a visitor.
struct segment {
  const std::byte* data = nullptr;  ///< the first payload
  const slot* slots = nullptr;      ///< `count` of them, or null: uniform
  std::uint64_t position = 0;       ///< of the first record
  std::uint64_t bytes = 0;          ///< space that it takes in its source, headers and padding included
  std::uint32_t count = 0;          ///< records, at least 1
  std::uint32_t length = 0;         ///< bytes of each record, when uniform
  std::uint32_t stride = 0;         ///< bytes from one payload to the next, when uniform; in the source, too
  std::uint32_t source = 0;
  std::int32_t cpu = -1;

  bool is_uniform() const noexcept { return slots == nullptr; }

  /// Record `i`; i < count.
  record operator[](std::size_t i) const noexcept {
    if (slots != nullptr) {
      const slot& one = slots[i];
      return {{data + one.offset, one.length}, source, cpu, one.position};
    }
    const std::size_t distance = i * stride;
    return {{data + distance, length}, source, cpu, position + distance};
  }

  /// Bytes from the first payload to the end of the last one, rounded up so that what follows is aligned to
  /// 8; a uniform segment takes whole strides.
  std::size_t extent() const noexcept {
    if (slots == nullptr) return std::size_t{count} * stride;
    const slot& last = slots[count - 1];
    return (std::size_t{last.offset} + last.length + 7) & ~std::size_t{7};
  }

  /// Records `first` to `first + n`; n > 0, and they are there.
  segment slice(std::uint32_t first, std::uint32_t n) const noexcept {
    segment part{*this};
    if (first > 0) part.drop_front(first);
    if (n < part.count) {
      part.bytes = part[n].position - part.position;
      part.count = n;
    }
    return part;
  }

  /// Without its first `n` records; n < count.
  void drop_front(std::uint32_t n) noexcept {
    const std::uint64_t before = position;
    if (slots != nullptr) {
      slots += n;
      position = slots->position;
    } else {
      data += std::size_t{n} * stride;
      position += std::uint64_t{n} * stride;
    }
    bytes -= position - before;
    count -= n;
  }
};

}  // namespace aiobpf::records
