#include <aiobpf/records/arena.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::records {

std::byte* arena::room(std::size_t bytes) {
  if (chunks_.empty() || chunks_.back().size - used_ < bytes) {
    constexpr std::size_t smallest = 4096;
    const std::size_t last = chunks_.empty() ? 0 : chunks_.back().size;
    // Whole lines, as keep() counts them.
    const std::size_t size = (std::max({smallest, bytes, last * 2}) + alignment - 1) / alignment * alignment;
    chunks_.reserve(chunks_.size() + 1);
    chunks_.push_back({std::unique_ptr<std::byte[], free_chunk>{
                           static_cast<std::byte*>(::operator new[](size, std::align_val_t{alignment}))},
                       size});
    used_ = 0;
  }
  return chunks_.back().memory.get() + used_;
}

void arena::clear() noexcept {
  used_ = 0;
  if (chunks_.size() <= 1) return;
  // Each is larger than the one before.
  std::swap(chunks_.front(), chunks_.back());
  chunks_.resize(1);
}

}  // namespace aiobpf::records
