#include "source_decoder.hpp"

namespace aiobpf::python {

int source_decoder::types::traverse(visitproc visit, void* arg) const {
  for (const auto& one : by_type) {
    if (const int stop = one ? one->traverse(visit, arg) : 0) return stop;
  }
  return otherwise ? otherwise->traverse(visit, arg) : 0;
}

source_decoder::choice source_decoder::choose_by_type(const std::byte* data,
                                                      std::uint32_t length) const noexcept {
  const loop::type_number number = types_->classify({data, length});
  const auto& chosen = number < types_->by_type.size() ? types_->by_type[number] : types_->otherwise;
  return {chosen ? &*chosen : nullptr, number};
}

int source_decoder::traverse(visitproc visit, void* arg) const {
  if (!types_) return only_.traverse(visit, arg);
  return types_.use_count() == 1 ? types_->traverse(visit, arg) : 0;
}

}  // namespace aiobpf::python
