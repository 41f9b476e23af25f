#include <aiobpf/records/batch_writer.hpp>

#include <cassert>
#include <utility>

namespace aiobpf::records {

batch_writer::room batch_writer::reserve(std::size_t bytes, std::size_t slots) {
  out_.make_room_for(out_.segments_.size() + 1);
  if (out_.loans_.size() == out_.loans_.capacity()) out_.loans_.reserve(out_.loans_.size() * 2 + 1);
  slot_bytes_ = slots * sizeof(slot);
  reserved_ = slot_bytes_ + bytes;
  if (reserved_ == 0) return {};
  std::byte* memory = out_.memory_.room(reserved_);
  return {memory + slot_bytes_, slots > 0 ? reinterpret_cast<slot*>(memory) : nullptr};
}

void batch_writer::add(segment one) noexcept {
  assert(one.count > 0 &&
         (!one.is_uniform() || (one.stride > 0 && one.stride >= one.length && one.stride % 8 == 0)));
  one.source = source_;
  out_.memory_.keep(reserved_);
  out_.add(one);
}

void batch_writer::lend(segment one, std::shared_ptr<loan> from) noexcept {
  one.source = source_;
  out_.memory_.keep(slot_bytes_);
  out_.add(one);
  out_.loans_.push_back(std::move(from));
}

}  // namespace aiobpf::records
