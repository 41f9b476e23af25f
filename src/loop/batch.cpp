#include <aiobpf/loop/batch.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace aiobpf::loop {

void batch::clear() noexcept {
  used_ = 0;
  records_ = 0;
  segments_.clear();
}

void batch::swap(batch& other) noexcept {
  memory_.swap(other.memory_);
  std::swap(capacity_, other.capacity_);
  std::swap(used_, other.used_);
  std::swap(records_, other.records_);
  segments_.swap(other.segments_);
}

void batch::append(const batch& other) {
  if (other.used_ == 0) return;
  std::memcpy(reserve(other.used_), other.memory_.get(), other.used_);
  segments_.reserve(segments_.size() + other.segments_.size());
  for (segment one : other.segments_) {
    one.offset += used_;
    segments_.push_back(one);
  }
  used_ += other.used_;
  records_ += other.records_;
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
  if (bytes == 0) return;
  if (!segments_.empty()) {
    segment& back = segments_.back();
    if (back.source == source && back.position + back.bytes == walk.begin) {
      back.uniform = back.uniform && walk.uniform && back.length == walk.length;
      back.bytes += bytes;
      back.records += walk.records;
      used_ += bytes;
      records_ += walk.records;
      return;
    }
  }
  segments_.push_back({.source = source,
                       .position = walk.begin,
                       .offset = used_,
                       .bytes = bytes,
                       .records = walk.records,
                       .uniform = walk.uniform,
                       .length = walk.length});
  used_ += bytes;
  records_ += walk.records;
}

}  // namespace aiobpf::loop
