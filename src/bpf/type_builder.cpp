#include "type_builder.hpp"

#include "btf_types.hpp"
#include "names.hpp"

#include <bpf/btf.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace aiobpf::bpf {
namespace {

// Types that contain or point to one another, typedefs and qualifiers among them. In kernels it is 20 to 30;
// a struct that contains itself gets here, too.
constexpr int deepest = 128;

constexpr std::size_t pointer_bytes = 8;

// Bits from the start of a struct: as many as the offsets have in BTF of structs with bitfields, beside the
// size.
constexpr std::size_t farthest_bitfield = 1U << 24;

bool has_bitfields(const type& its) {
  return std::any_of(its.members.begin(), its.members.end(),
                     [](const member& one) { return one.bit_size != 0; });
}

bool is_number_size(std::size_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
}

std::shared_ptr<type> new_type(type_kind kind, std::size_t size = 0) {
  auto made = std::make_shared<type>();
  made->kind = kind;
  made->size = size;
  return made;
}

// Bits of an integer inside of its bytes: a bitfield in BTF that has no flag for them (before kernel 5.0).
struct bit_range {
  std::size_t offset = 0;
  std::size_t size = 0;
};

}  // namespace

class type_builder::call {
public:
  call(type_builder& builder, std::string_view step)
      : builder_(builder), types_(builder.types_), step_(step) {}

  type_ptr build(std::uint32_t id, int depth) {
    if (const auto known = builder_.made_.find(id); known != builder_.made_.end()) return known->second;
    if (depth > deepest) throw_corrupt("types contain one another too deep, or in a circle");
    return builder_.made_[id] = make(id, depth);
  }

private:
  [[noreturn]] void throw_corrupt(std::string_view what) const { throw_btf_corrupt(step_, what); }

  const ::btf_type& at(std::uint32_t id) const { return *type_at(types_, id, step_); }
  // Of an integer or a float it may be anything, as in "unsigned int".
  std::string any_name_of(const ::btf_type& from) const {
    return or_empty(::btf__name_by_offset(types_, from.name_off));
  }
  std::string name_of(const ::btf_type& from) const {
    return from.name_off == 0 ? "" : identifier_at(types_, from.name_off, step_);
  }

  type_ptr make(std::uint32_t id, int depth) {
    const ::btf_type& from = at(id);
    switch (::btf_kind(&from)) {
      case BTF_KIND_TYPEDEF: return with_alias(*build(from.type, depth + 1), from);
      case BTF_KIND_VAR:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG: return build(from.type, depth + 1);
      case BTF_KIND_PTR: {
        auto made = new_type(type_kind::pointer, pointer_bytes);
        made->element = pointed_to(from.type, depth + 1);
        return made;
      }
      case BTF_KIND_ARRAY: {
        const struct ::btf_array* array = ::btf_array(&from);
        return make_array(build(array->type, depth + 1), array->nelems);
      }
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION: return make_struct(from, depth);
      default: return make_leaf(from);
    }
  }

  type_ptr with_alias(const type& target, const ::btf_type& from) const {
    auto made = std::make_shared<type>(target);
    made->alias = name_of(from);
    return made;
  }

  type_ptr make_leaf(const ::btf_type& from) const {
    auto made = new_type(type_kind::opaque, from.size);
    switch (::btf_kind(&from)) {
      case BTF_KIND_UNKN:  // type 0
      case BTF_KIND_DATASEC:
      case BTF_KIND_DECL_TAG: return opaque("void");
      case BTF_KIND_FWD: return opaque((::btf_kflag(&from) ? "union " : "struct ") + name_of(from));
      case BTF_KIND_FUNC:
      case BTF_KIND_FUNC_PROTO: return opaque("function");
      case BTF_KIND_INT: read_integer(from, *made); break;
      case BTF_KIND_FLOAT:
        made->kind = type_kind::floating_point;
        made->name = any_name_of(from);
        break;
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64: read_enumeration(from, *made); break;
      default: throw_corrupt("a type is of a kind that is not known");
    }
    return made;
  }

  static type_ptr opaque(std::string name) {
    auto made = new_type(type_kind::opaque);
    made->name = std::move(name);
    return made;
  }

  void read_integer(const ::btf_type& from, type& out) const {
    if (!is_number_size(out.size)) throw_corrupt("an integer has " + std::to_string(out.size) + " bytes");
    out.name = any_name_of(from);
    const auto encoding = ::btf_int_encoding(&from);
    out.is_signed = (encoding & BTF_INT_SIGNED) != 0;
    // clang does not say in the encoding what is a char or a bool.
    if (encoding & BTF_INT_BOOL || out.name == "_Bool" || out.name == "bool") {
      out.kind = type_kind::boolean;
    } else if (out.size == 1 && (encoding & BTF_INT_CHAR || out.name == "char")) {
      out.kind = type_kind::character;
    } else {
      out.kind = type_kind::integer;
    }
  }

  void read_enumeration(const ::btf_type& from, type& out) const {
    if (!is_number_size(out.size) || out.size == 16)
      throw_corrupt("an enumeration has " + std::to_string(out.size) + " bytes");
    out.kind = type_kind::enumeration;
    out.name = name_of(from);
    out.is_signed = ::btf_kflag(&from);
    for (int i = 0; i < ::btf_vlen(&from); ++i) {
      if (::btf_is_enum64(&from)) {
        const struct ::btf_enum64& e = ::btf_enum64(&from)[i];
        out.enumerators.push_back(
            {identifier_at(types_, e.name_off, step_), static_cast<std::int64_t>(::btf_enum64_value(&e))});
      } else if (out.size <= sizeof(std::int32_t)) {
        const struct ::btf_enum& e = ::btf_enum(&from)[i];
        // clang 14 does not set the flag; a negative enumerator says it as well.
        out.is_signed = out.is_signed || e.val < 0;
        out.enumerators.push_back({identifier_at(types_, e.name_off, step_), e.val});
      }
      // Else clang 14 has cut the values of an enumeration of 8 bytes: left out, they name nothing wrong.
    }
  }

  type_ptr make_array(type_ptr element, std::size_t count) const {
    if (count != 0 && element->size > static_cast<std::uint32_t>(-1) / count)
      throw_corrupt("an array is too large");
    auto made = new_type(type_kind::array, element->size * count);
    made->count = count;
    made->element = std::move(element);
    return made;
  }

  // The type, without what is inside of structs.
  type_ptr pointed_to(std::uint32_t id, int depth) {
    if (depth > deepest) throw_corrupt("types refer to one another too deep, or in a circle");
    const ::btf_type& from = at(id);
    switch (::btf_kind(&from)) {
      case BTF_KIND_STRUCT: return opaque("struct " + name_of(from));
      case BTF_KIND_UNION: return opaque("union " + name_of(from));
      case BTF_KIND_TYPEDEF: return with_alias(*pointed_to(from.type, depth + 1), from);
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG: return pointed_to(from.type, depth + 1);
      case BTF_KIND_ARRAY: {
        const struct ::btf_array* array = ::btf_array(&from);
        return make_array(pointed_to(array->type, depth + 1), array->nelems);
      }
      default: return build(id, depth);
    }
  }

  // --- structs and unions

  type_ptr make_struct(const ::btf_type& from, int depth) {
    auto made = new_type(::btf_is_union(&from) ? type_kind::union_ : type_kind::structure, from.size);
    made->name = name_of(from);
    for (__u32 i = 0; i < ::btf_vlen(&from); ++i) {
      if (auto one = make_member(from, i, depth)) made->members.push_back(std::move(*one));
    }
    if (has_bitfields(*made) && made->size > farthest_bitfield / 8) {
      throw_corrupt("a struct with bitfields is larger than BTF can say where they are");
    }
    std::unordered_set<std::string> names;
    for (auto& field : fields_of(*made)) {
      if (!names.insert(field.name).second)
        throw_corrupt("two fields of a struct are called '" + field.name + "'");
    }
    return made;
  }

  // Nothing when it has no bytes and no name.
  std::optional<member> make_member(const ::btf_type& owner, __u32 index, int depth) {
    const ::btf_member& from = ::btf_members(&owner)[index];
    member made{
        .name = from.name_off == 0 ? "" : identifier_at(types_, from.name_off, step_),
        .bit_offset = ::btf_member_bit_offset(&owner, index),
        .bit_size = ::btf_member_bitfield_size(&owner, index),
        .type = build(from.type, depth + 1),
    };
    const type& its = *made.type;
    if (const auto bits = bits_inside(from.type); !::btf_kflag(&owner) && bits.size != 0) {
      made.bit_offset += bits.offset;
      made.bit_size = bits.size;
    }
    if (its.kind == type_kind::opaque) throw_corrupt("the field '" + made.name + "' has no size");
    if (made.bit_size != 0 ? !is_bitfield_type(its) || made.bit_size > its.size * 8
                           : made.bit_offset % 8 != 0) {
      throw_corrupt("the field '" + made.name + "' is a bitfield that its type cannot have");
    }
    const std::size_t size = made.bit_size != 0 ? made.bit_size : its.size * 8;
    const std::size_t owner_size = std::size_t{owner.size} * 8;
    if (made.bit_offset > owner_size || size > owner_size - made.bit_offset) {
      throw_corrupt("the field '" + made.name + "' is not inside of its struct");
    }
    if (!made.name.empty() || made.bit_size != 0) return made;
    if (its.kind != type_kind::structure && its.kind != type_kind::union_)
      throw_corrupt("a field has no name");
    if (fields_of(its).empty()) return std::nullopt;
    return made;
  }

  static bool is_bitfield_type(const type& its) {
    return its.kind == type_kind::integer || its.kind == type_kind::boolean ||
           its.kind == type_kind::character || its.kind == type_kind::enumeration;
  }

  bit_range bits_inside(std::uint32_t id) const {
    const ::btf_type* from = resolved_type(types_, id);
    if (from == nullptr || !::btf_is_int(from)) return {};
    const bit_range bits{::btf_int_offset(from), ::btf_int_bits(from)};
    return bits.offset == 0 && bits.size == std::size_t{from->size} * 8 ? bit_range{} : bits;
  }

  type_builder& builder_;
  const ::btf* types_;
  std::string_view step_;
};

type_ptr type_builder::build(std::uint32_t id, std::string_view step) {
  return call{*this, step}.build(id, 0);
}

}  // namespace aiobpf::bpf
