#include <aiobpf/loop/batch.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace aiobpf::loop {

void batch::clear() noexcept {
  for (const auto& loan : loans_) loan->give_back();
  loans_.clear();
  segments_.clear();
  used_ = 0;
  bytes_ = 0;
  records_ = 0;
}

void batch::swap(batch& other) noexcept {
  memory_.swap(other.memory_);
  std::swap(capacity_, other.capacity_);
  std::swap(used_, other.used_);
  std::swap(bytes_, other.bytes_);
  std::swap(records_, other.records_);
  loans_.swap(other.loans_);
  segments_.swap(other.segments_);
}

void batch::append(const batch& other) {
  std::byte* room = reserve(other.bytes_);
  segments_.reserve(segments_.size() + other.segments_.size());
  for (const segment& one : other.segments_) {
    std::memcpy(room, other.data(one), one.bytes);
    room += one.bytes;
    add({.source = one.source,
         .position = one.position,
         .offset = used_,
         .bytes = one.bytes,
         .records = one.records,
         .uniform = one.uniform,
         .length = one.length});
    used_ += one.bytes;
  }
}

std::byte* batch::reserve(std::size_t bytes) {
  if (capacity_ - used_ < bytes) {
    constexpr std::size_t smallest = 4096;
    const std::size_t wanted = std::max({smallest, used_ + bytes, capacity_ * 2});
    std::unique_ptr<std::byte[], free_memory> larger{
        static_cast<std::byte*>(::operator new[](wanted, alignment))};
    if (used_ > 0) std::memcpy(larger.get(), memory_.get(), used_);
    memory_ = std::move(larger);
    capacity_ = wanted;
  }
  segments_.reserve(segments_.size() + 1);  // so that commit() cannot fail
  return memory_.get() + used_;
}

void batch::commit(std::size_t source, const bpf::ring_walk& walk) {
  const std::size_t bytes = walk.end - walk.begin;
  add({.source = source,
       .position = walk.begin,
       .offset = used_,
       .bytes = bytes,
       .records = walk.records,
       .uniform = walk.uniform,
       .length = walk.length});
  used_ += bytes;
}

void batch::borrow(std::size_t source, const bpf::ring_walk& walk, const std::byte* data,
                   std::shared_ptr<ring_loan> loan) {
  segments_.reserve(segments_.size() + 1);
  loans_.push_back(std::move(loan));
  add({.source = source,
       .position = walk.begin,
       .lent = data,
       .bytes = walk.end - walk.begin,
       .records = walk.records,
       .uniform = walk.uniform,
       .length = walk.length});
}

void batch::add(const segment& one) noexcept {
  if (one.bytes == 0) return;
  bytes_ += one.bytes;
  records_ += one.records;
  if (!segments_.empty() && !one.lent) {
    // Pieces of one drain become one segment.
    segment& back = segments_.back();
    if (!back.lent && back.source == one.source && back.position + back.bytes == one.position &&
        back.offset + back.bytes == one.offset) {
      back.uniform = back.uniform && one.uniform && back.length == one.length;
      back.bytes += one.bytes;
      back.records += one.records;
      return;
    }
  }
  segments_.push_back(one);  // there is room: reserve() or borrow() made it
}

}  // namespace aiobpf::loop
