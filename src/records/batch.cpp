#include <aiobpf/records/batch.hpp>

#include <algorithm>
#include <cstring>

namespace aiobpf::records {

void batch::clear() noexcept {
  for (const auto& one : loans_) one->give_back();
  loans_.clear();
  segments_.clear();
  ends_.clear();
  memory_.clear();
  size_ = 0;
  bytes_ = 0;
  dropped_ = 0;
}

void batch::swap(batch& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  std::swap(bytes_, other.bytes_);
  segments_.swap(other.segments_);
  ends_.swap(other.ends_);
  std::swap(dropped_, other.dropped_);
  loans_.swap(other.loans_);
}

record batch::operator[](std::size_t i) const noexcept {
  const std::size_t number = dropped_ + i;
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), number);
  const segment& one = segments_[static_cast<std::size_t>(end - ends_.begin())];
  return one[number - (*end - one.count)];
}

void batch::drop_front(std::size_t n) noexcept {
  n = std::min(n, size_);
  dropped_ += n;
  size_ -= n;
  const auto whole = std::upper_bound(ends_.begin(), ends_.end(), dropped_) - ends_.begin();
  for (auto one = segments_.begin(); one != segments_.begin() + whole; ++one) bytes_ -= one->bytes;
  ends_.erase(ends_.begin(), ends_.begin() + whole);
  segments_.erase(segments_.begin(), segments_.begin() + whole);
  if (segments_.empty()) return;
  segment& first = segments_.front();
  bytes_ -= first.bytes;
  first.drop_front(static_cast<std::uint32_t>(first.count - (ends_.front() - dropped_)));
  bytes_ += first.bytes;
}

void batch::make_room_for(std::size_t segments) {
  // Twice as many, so that one at a time costs no copy each.
  if (segments_.capacity() < segments) segments_.reserve(std::max(segments, segments_.capacity() * 2));
  if (ends_.capacity() < segments) ends_.reserve(std::max(segments, ends_.capacity() * 2));
}

void batch::append(std::span<const segment> others) {
  make_room_for(segments_.size() + others.size());
  std::size_t bytes = 0;
  std::size_t slots = 0;
  for (const segment& one : others) {
    bytes += one.extent();
    if (!one.is_uniform()) slots += one.count;
  }
  // Slots first: both are aligned so.
  std::byte* const room = memory_.room(slots * sizeof(slot) + bytes);
  auto* next_slot = reinterpret_cast<slot*>(room);
  std::byte* next = room + slots * sizeof(slot);
  for (segment one : others) {
    const std::size_t extent = one.extent();
    if (one.is_uniform()) {
      // What is after the last payload may be somebody else's memory.
      std::memcpy(next, one.data, extent - one.stride + one.length);
    } else {
      std::memcpy(next_slot, one.slots, one.count * sizeof(slot));
      const std::uint32_t first = one.slots->offset;
      const slot& last = one.slots[one.count - 1];
      std::memcpy(next + first, one.data + first, std::size_t{last.offset} + last.length - first);
      one.slots = next_slot;
      next_slot += one.count;
    }
    one.data = next;
    next += extent;
    add(one);
  }
  memory_.keep(static_cast<std::size_t>(next - room));
}

void batch::add(const segment& one) noexcept {
  size_ += one.count;
  bytes_ += one.bytes;
  segments_.push_back(one);  // there is room: make_room_for() was called
  ends_.push_back(dropped_ + size_);
}

}  // namespace aiobpf::records
