#include "cpp_types.hpp"

#include "cpp_layout.hpp"
#include "text.hpp"

#include <algorithm>

namespace aiobpf::gen {
namespace {

using bpf::type_kind;

std::string integer(std::size_t size, bool is_signed) {
  return std::string{"std::"} + (is_signed ? "int" : "uint") + std::to_string(size * 8) + "_t";
}

// Of what has no type in C++ that is as large: its bytes.
std::string bytes(const bpf::type& described, const std::string& name) {
  const std::string aligned = described.size == 16 ? "alignas(16) " : "";
  return aligned + "std::byte " + name + "[" + std::to_string(described.size) + "]";
}

// Empty where C++ has no such scalar.
std::string scalar(const bpf::type& described) {
  const bool is_word =
      described.size == 1 || described.size == 2 || described.size == 4 || described.size == 8;
  switch (described.kind) {
    case type_kind::integer: return is_word ? integer(described.size, described.is_signed) : "";
    case type_kind::character: return "char";
    case type_kind::boolean:
      return described.size == 1 ? "bool" : is_word ? integer(described.size, false) : "";
    case type_kind::floating_point:
      return described.size == 4 ? "float" : described.size == 8 ? "double" : "";
    case type_kind::pointer: return "std::uint64_t";
    case type_kind::enumeration: {
      const std::string name = name_of(described);
      const bool defined = !name.empty() && !described.enumerators.empty();
      return defined ? "enum " + cpp_name(name) : integer(described.size, described.is_signed);
    }
    default: return "";
  }
}

std::string keyword(const bpf::type& record) {
  return record.kind == type_kind::union_ ? "union" : "struct";
}

// With its keyword: a member may be called as its type.
std::string tagged(const bpf::type& record) {
  return keyword(record) + " " + cpp_name(name_of(record));
}

std::string members(const bpf::type& owner, const std::string& indent);

std::string body(const bpf::type& described, const std::string& indent) {
  const layout how = layout_of(described);
  const std::string kind = keyword(described);
  if (how == layout::unknown) {
    return kind + " {\n" + indent + "  std::byte bytes[" + std::to_string(described.size) +
           "];  // bitfields that are packed: C++ has no way to say so\n" + indent + "}";
  }
  const std::string packed = how == layout::packed ? " [[gnu::packed]]" : "";
  return kind + packed + " {\n" + members(described, indent + "  ") + indent + "}";
}

std::string declare_at(const bpf::type& described, const std::string& name, const std::string& indent) {
  if (described.kind == type_kind::array) {
    return declare_at(*described.element, name + "[" + std::to_string(described.count) + "]", indent);
  }
  if (is_record(described)) {
    const std::string called = name_of(described);
    if (!called.empty()) return tagged(described) + (name.empty() ? "" : " " + name);
    // Members without a name are C, and an extension of C++.
    return name.empty() ? "__extension__ " + body(described, indent) : body(described, indent) + " " + name;
  }
  if (described.kind == type_kind::integer && described.size == 16) {
    return std::string{"__extension__ "} + (described.is_signed ? "" : "unsigned ") + "__int128 " + name;
  }
  const std::string type = scalar(described);
  return type.empty() ? bytes(described, name) : type + " " + name;
}

std::string padding(std::size_t from, std::size_t to, const std::string& indent) {
  return indent + "std::byte padding_" + std::to_string(from) + "[" + std::to_string(to - from) + "];\n";
}

// What a bitfield is declared with: an enumeration may have values that do not fit into it.
std::string bits(const bpf::type& described) {
  return described.kind == type_kind::boolean ? scalar(described)
                                              : integer(described.size, described.is_signed);
}

std::string fillers(const bpf::member& before, std::size_t end_bits, const std::string& indent) {
  std::string text;
  for (const std::size_t width : fill_bits(end_bits, before.bit_offset, before.type->size * 8)) {
    text += indent + bits(*before.type) + " : " + std::to_string(width) + ";\n";
  }
  return text;
}

std::string member(const bpf::member& one, const std::string& indent) {
  if (is_flexible(*one.type)) {
    return indent + "// " + to_string(*one.type) + " " + one.name + ": as many as the record is long\n";
  }
  const std::string name = one.name.empty() ? "" : cpp_name(one.name);
  std::string text = indent;
  if (one.bit_size == 0) {
    text += declare_at(*one.type, name, indent);
  } else {
    text += bits(*one.type) + " " + name + " : " + std::to_string(one.bit_size);
  }
  return text + (one.type->kind == type_kind::pointer ? ";  // " + to_string(*one.type) + "\n" : ";\n");
}

std::string members(const bpf::type& owner, const std::string& indent) {
  std::string text;
  const bool is_struct = owner.kind == type_kind::structure;
  const bool packed = is_struct && layout_of(owner) == layout::packed;
  std::size_t end_bits = 0;
  for (const auto& one : owner.members) {
    if (packed && one.bit_offset > end_bits) text += padding(end_bits / 8, one.bit_offset / 8, indent);
    if (is_struct && one.bit_size != 0) text += fillers(one, end_bits, indent);
    text += member(one, indent);
    end_bits = one.bit_offset + (one.bit_size != 0 ? one.bit_size : one.type->size * 8);
  }
  if (packed && owner.size * 8 > end_bits) text += padding(end_bits / 8, owner.size, indent);
  return text;
}

}  // namespace

std::string declare(const bpf::type& described, const std::string& name) {
  return declare_at(described, name, "");
}

std::string spell(const bpf::type& described) {
  if (described.kind == type_kind::array) {
    return "std::array<" + spell(*described.element) + ", " + std::to_string(described.count) + ">";
  }
  if (is_record(described) && !name_of(described).empty()) return tagged(described);
  const std::string type = is_record(described) ? "" : scalar(described);
  return type.empty() ? "std::array<std::byte, " + std::to_string(described.size) + ">" : type;
}

std::string define_enumeration(const bpf::type& described) {
  std::string text =
      "enum " + cpp_name(name_of(described)) + " : " + integer(described.size, described.is_signed) + " {\n";
  for (const auto& one : described.enumerators) {
    const std::string value = described.is_signed
                                  ? std::to_string(one.value)
                                  : std::to_string(static_cast<std::uint64_t>(one.value)) + "U";
    text += "  " + cpp_name(one.name) + " = " + value + ",\n";
  }
  return text + "};\n";
}

std::string define_record(const bpf::type& described) {
  const std::string name = cpp_name(name_of(described));
  std::string text = body(described, "");
  const auto at = text.find(" {");  // behind the keyword, and the attribute
  text.insert(at, " " + name);
  text += ";\nstatic_assert(sizeof(" + name + ") == " + std::to_string(described.size) + ");\n";
  if (layout_of(described) == layout::unknown) return text;
  for (const auto& field : fields_of(described)) {
    if (field.bit_size != 0 || is_flexible(*field.type)) continue;
    text += "static_assert(offsetof(" + name + ", " + cpp_name(field.name) +
            ") == " + std::to_string(field.bit_offset / 8) + ");\n";
  }
  return text;
}

}  // namespace aiobpf::gen
