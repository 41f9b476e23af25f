#include "event_layout.hpp"

#include <bit>

namespace aiobpf::python {

bool event_layout::index_names() {
  names_.resize(std::bit_ceil(fields.size() * 2 + 1));
  const std::size_t mask = names_.size() - 1;
  for (const auto& field : fields) {
    auto interned = reference::steal(PyUnicode_InternFromString(field->name.c_str()));
    if (!interned) return false;
    std::size_t i = slot(interned.get()) & mask;
    while (names_[i].name) i = (i + 1) & mask;
    names_[i] = {std::move(interned), field.get()};
  }
  return true;
}

}  // namespace aiobpf::python
