#include <aiobpf/bpf/type.hpp>

namespace aiobpf::bpf {
namespace {

void add_fields(const type& owner, std::size_t bit_offset, std::vector<member>& fields) {
  for (const auto& one : owner.members) {
    if (!one.name.empty()) {
      fields.push_back(one);
      fields.back().bit_offset += bit_offset;
    } else if (one.bit_size == 0) {
      add_fields(*one.type, bit_offset + one.bit_offset, fields);
    }
  }
}

}  // namespace

std::vector<member> fields_of(const type& owner) {
  std::vector<member> fields;
  add_fields(owner, 0, fields);
  return fields;
}

std::string to_string(const type& described) {
  if (!described.alias.empty()) return described.alias;
  const std::string name = described.name.empty() ? "(unnamed)" : described.name;
  switch (described.kind) {
    case type_kind::structure: return "struct " + name;
    case type_kind::union_: return "union " + name;
    case type_kind::enumeration: return "enum " + name;
    case type_kind::pointer: return to_string(*described.element) + " *";
    case type_kind::array: {
      const type* element = &described;
      std::string lengths;
      for (; element->kind == type_kind::array && element->alias.empty(); element = element->element.get()) {
        lengths += '[' + (element->count ? std::to_string(element->count) : "") + ']';
      }
      return to_string(*element) + lengths;
    }
    default: return name;
  }
}

}  // namespace aiobpf::bpf
