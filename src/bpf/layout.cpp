#include <aiobpf/bpf/layout.hpp>

#include "btf_types.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/btf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

// Structs named in an error message, at most.
constexpr std::size_t named_structs_limit = 20;

// Bytes that a ring's record can have: its header has 30 bits for them.
constexpr std::size_t largest_record = (1U << 30) - 1;

std::string struct_names(const ::btf* types) {
  std::string names;
  std::size_t found = 0;
  for (__u32 id = 1; id < ::btf__type_cnt(types); ++id) {
    const ::btf_type* type = ::btf__type_by_id(types, id);
    if (type == nullptr || !::btf_is_struct(type)) continue;
    const char* name = ::btf__name_by_offset(types, type->name_off);
    if (name == nullptr || !is_identifier(name)) continue;  // unnamed, or damaged
    if (++found > named_structs_limit) return names + ", ...";
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  return names;
}

const ::btf_type* find_struct(const ::btf* types, const std::string& name) {
  // An empty name would find a struct that has none; one with a NUL would be cut.
  const bool possible = is_identifier(name);
  int id = possible ? ::btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT) : -ENOENT;
  if (id < 0 && possible) id = ::btf__find_by_name_kind(types, name.c_str(), BTF_KIND_TYPEDEF);
  const ::btf_type* type = id < 0 ? nullptr : resolved_type(types, static_cast<__u32>(id));
  if (type != nullptr && ::btf_is_struct(type)) return type;

  std::string hint = "no struct of that name in the object's BTF";
  const auto names = struct_names(types);
  hint += names.empty() ? "" : " (there are: " + names + ")";
  hint += "; a struct that is only used inside a function is left out: name it with AIOBPF_EVENT_TYPE";
  throw_error(errc::not_found, "type '" + name + "'", hint);
}

void read_enumerators(const ::btf* types, const ::btf_type* type, const std::string& where, field& out) {
  const auto count = ::btf_vlen(type);
  out.is_signed = ::btf_kflag(type);
  for (std::size_t i = 0; i < count; ++i) {
    if (::btf_is_enum(type)) {
      const struct ::btf_enum& e = ::btf_enum(type)[i];
      // clang 14 does not set the signed flag; a negative enumerator says it as well, when
      // the enumeration is no wider than its __s32 value.
      out.is_signed = out.is_signed || e.val < 0;
      out.enumerators.emplace_back(identifier_at(types, e.name_off, where), e.val);
    } else {
      const struct ::btf_enum64& e = ::btf_enum64(type)[i];
      out.enumerators.emplace_back(identifier_at(types, e.name_off, where),
                                   static_cast<std::int64_t>(::btf_enum64_value(&e)));
    }
  }
}

bool has_width(const ::btf_type* type) {
  return type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8;
}

// Says what kept `type` from being an element, or nothing when `out` was filled in.
const char* read_element(const ::btf* types, const ::btf_type* type, const std::string& where, field& out) {
  if (type == nullptr) return "of an unknown type";
  out.size = type->size;
  switch (::btf_kind(type)) {
    case BTF_KIND_INT: {
      if (type->size > 8) return "an integer of more than 8 bytes";
      if (!has_width(type)) throw_btf_corrupt(where, "an integer has a size that none has");
      const auto encoding = ::btf_int_encoding(type);
      const std::string_view name = or_empty(::btf__name_by_offset(types, type->name_off));
      out.is_signed = (encoding & BTF_INT_SIGNED) != 0;
      if (encoding & BTF_INT_BOOL || name == "_Bool" || name == "bool") {
        if (out.size != 1) return "a bool of more than 1 byte";
        out.kind = field_kind::boolean;
      } else if (encoding & BTF_INT_CHAR || name == "char") {
        if (out.size != 1) return "a char of more than 1 byte";
        out.kind = field_kind::text;
      } else {
        out.kind = out.is_signed ? field_kind::signed_integer : field_kind::unsigned_integer;
      }
      return nullptr;
    }
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      if (!has_width(type)) throw_btf_corrupt(where, "an enumeration has a size that none has");
      out.kind = field_kind::enumeration;
      read_enumerators(types, type, where, out);
      return nullptr;
    case BTF_KIND_PTR:
      out.kind = field_kind::unsigned_integer;
      out.size = 8;
      return nullptr;
    case BTF_KIND_STRUCT: return "a struct";
    case BTF_KIND_UNION: return "a union";
    case BTF_KIND_FLOAT:
      if (type->size != 4 && type->size != 8) return "a floating point number of more than 8 bytes";
      out.kind = field_kind::floating_point;
      return nullptr;
    case BTF_KIND_ARRAY: return "an array of arrays";
    default: return "of a kind that is not read";
  }
}

// A struct or union may be unnamed; such a member is refused further on.
std::string name_of_member(const ::btf* types, const ::btf_member& member, const std::string& where) {
  return member.name_off == 0 ? "" : identifier_at(types, member.name_off, where);
}

field read_field(const ::btf* types, const ::btf_type* owner, __u32 index, const std::string& where) {
  const ::btf_member& member = ::btf_members(owner)[index];
  field out;
  out.name = name_of_member(types, member, where);
  const auto refuse = [&](std::string_view what) {
    throw_error(errc::not_supported, where,
                "field '" + out.name + "' is " + std::string{what} +
                    "; only flat structs (numbers, bool, enums, char[N], arrays of them) are read by name: "
                    "take the records as bytes or as a ctypes.Structure");
  };

  if (::btf_member_bitfield_size(owner, index) != 0) refuse("a bitfield");
  const auto bits = ::btf_member_bit_offset(owner, index);
  if (bits % 8 != 0) refuse("a bitfield");
  out.offset = bits / 8;

  if (const char* reason = read_type(types, member.type, where, out)) refuse(reason);
  if (out.name.empty()) throw_btf_corrupt(where, "a field has no name");
  const std::size_t elements = out.count == 0 ? 1 : out.count;
  if (out.offset > owner->size || elements > (owner->size - out.offset) / out.size) {
    throw_btf_corrupt(where, "the field '" + out.name + "' is not inside of its struct");
  }
  return out;
}

}  // namespace

const char* read_type(const ::btf* types, unsigned id, const std::string& where, field& out) {
  const ::btf_type* type = resolved_type(types, id);
  if (type != nullptr && ::btf_is_array(type)) {
    const struct ::btf_array* array = ::btf_array(type);
    if (array->nelems == 0) return "an array without a length";
    out.count = array->nelems;
    type = resolved_type(types, array->type);
  }
  return read_element(types, type, where, out);
}

struct_layout read_layout(const ::btf* types, std::string_view name) {
  constexpr std::string_view keyword = "struct ";
  if (name.substr(0, keyword.size()) == keyword) name.remove_prefix(keyword.size());

  struct_layout layout;
  layout.name = name;
  const std::string where = "type '" + layout.name + "'";
  if (types == nullptr) {
    throw_error(errc::not_found, where, "the object carries no BTF: compile it with clang -g");
  }
  const ::btf_type* type = find_struct(types, layout.name);
  layout.size = type->size;
  if (layout.size > largest_record) throw_error(errc::not_supported, where, "it is larger than any record");
  const __u32 count = ::btf_vlen(type);
  layout.fields.reserve(count);
  for (__u32 i = 0; i < count; ++i) layout.fields.push_back(read_field(types, type, i, where));
  return layout;
}

}  // namespace aiobpf::bpf
