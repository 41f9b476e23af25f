#include <aiobpf/bpf/btf.hpp>

#include <linux/btf.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <map>
#include <unordered_map>
#include <utility>

namespace aiobpf::bpf {
namespace {

using words = std::vector<std::uint32_t>;

std::vector<std::byte>& append(std::vector<std::byte>& out, const void* from, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(from);
  out.insert(out.end(), bytes, bytes + size);
  return out;
}

// Of a narrow enumeration, whose negative enumerators make it a signed one.
bool fit_into_32_bits(const type& enumeration) {
  return std::all_of(
      enumeration.enumerators.begin(), enumeration.enumerators.end(), [&](const enumerator& one) {
        return std::in_range<std::int32_t>(one.value) && (one.value >= 0 || enumeration.is_signed);
      });
}

// What is equal is written once: so equal types give equal bytes, however their trees share their parts.
class writer {
public:
  std::uint32_t add(const type& its) {
    if (const auto known = ids_of_nodes_.find(&its); known != ids_of_nodes_.end()) return known->second;
    std::uint32_t id = add_unaliased(its);
    if (!its.alias.empty()) id = emit(BTF_KIND_TYPEDEF, its.alias, false, {id});
    return ids_of_nodes_[&its] = id;
  }

  // `root` as the last one, also where a part that came before it is equal: a typedef of it, without a name.
  std::vector<std::byte> finish(std::uint32_t root) {
    if (root != next_ - 1) emit(BTF_KIND_CONST, "", false, {root});
    ::btf_header header{};
    header.magic = BTF_MAGIC;
    header.version = BTF_VERSION;
    header.hdr_len = sizeof(header);
    header.type_len = static_cast<std::uint32_t>(types_.size() * sizeof(std::uint32_t));
    header.str_off = header.type_len;
    header.str_len = static_cast<std::uint32_t>(strings_.size());
    std::vector<std::byte> out;
    append(out, &header, sizeof(header));
    append(out, types_.data(), header.type_len);
    return append(out, strings_.data(), strings_.size());
  }

private:
  // struct btf_type, and what follows it.
  std::uint32_t emit(std::uint32_t kind, const std::string& name, bool flag,
                     std::initializer_list<std::uint32_t> rest, std::size_t entries = 0,
                     const words& more = {}) {
    words type{offset_of(name), static_cast<std::uint32_t>(entries) | kind << 24 | (flag ? 1U << 31 : 0)};
    type.insert(type.end(), rest);
    type.insert(type.end(), more.begin(), more.end());
    const auto [known, is_new] = ids_.emplace(type, next_);
    if (is_new) {
      types_.insert(types_.end(), type.begin(), type.end());
      ++next_;
    }
    return known->second;
  }

  std::uint32_t offset_of(const std::string& name) {
    if (name.empty()) return 0;
    const auto [known, is_new] = offsets_.emplace(name, static_cast<std::uint32_t>(strings_.size()));
    if (is_new) strings_.append(name).push_back('\0');
    return known->second;
  }

  std::uint32_t add_unaliased(const type& its) {
    const auto size = static_cast<std::uint32_t>(its.size);
    switch (its.kind) {
      case type_kind::opaque: return add_opaque(its.name);
      case type_kind::integer: return add_integer(its, 0);
      case type_kind::boolean: return add_integer(its, BTF_INT_BOOL);
      case type_kind::character: return add_integer(its, BTF_INT_CHAR);
      case type_kind::floating_point: return emit(BTF_KIND_FLOAT, its.name, false, {size});
      case type_kind::enumeration: return add_enumeration(its);
      case type_kind::pointer: return emit(BTF_KIND_PTR, "", false, {add(*its.element)});
      case type_kind::array: {
        const auto element = add(*its.element);
        return emit(BTF_KIND_ARRAY, "", false,
                    {0, element, index_type(), static_cast<std::uint32_t>(its.count)});
      }
      case type_kind::structure:
      case type_kind::union_: break;
    }
    words members;
    bool has_bitfields = false;  // then offsets have 24 bits, and sizes are above them
    for (const auto& one : its.members) {
      has_bitfields = has_bitfields || one.bit_size != 0;
      const auto bits = static_cast<std::uint32_t>(one.bit_size) << 24;
      const auto member_type = add(*one.type);
      members.insert(members.end(),
                     {offset_of(one.name), member_type, bits | static_cast<std::uint32_t>(one.bit_offset)});
    }
    const auto kind = its.kind == type_kind::union_ ? BTF_KIND_UNION : BTF_KIND_STRUCT;
    return emit(kind, its.name, has_bitfields, {size}, its.members.size(), members);
  }

  std::uint32_t add_opaque(const std::string& name) {
    for (const std::string keyword : {"struct ", "union "}) {
      if (name.compare(0, keyword.size(), keyword) != 0) continue;
      return emit(BTF_KIND_FWD, name.substr(keyword.size()), keyword == "union ", {0});
    }
    return name == "function" ? emit(BTF_KIND_FUNC_PROTO, "", false, {0}) : 0;
  }

  std::uint32_t add_integer(const type& its, std::uint32_t encoding) {
    const auto size = static_cast<std::uint32_t>(its.size);
    if (its.is_signed) encoding |= BTF_INT_SIGNED;
    return emit(BTF_KIND_INT, its.name, false, {size, encoding << 24 | size * 8});
  }

  std::uint32_t add_enumeration(const type& its) {
    const bool is_wide = its.size == 8 || !fit_into_32_bits(its);
    words enumerators;
    for (const auto& one : its.enumerators) {
      const auto value = static_cast<std::uint64_t>(one.value);
      enumerators.insert(enumerators.end(), {offset_of(one.name), static_cast<std::uint32_t>(value)});
      if (is_wide) enumerators.push_back(static_cast<std::uint32_t>(value >> 32));
    }
    return emit(is_wide ? BTF_KIND_ENUM64 : BTF_KIND_ENUM, its.name, its.is_signed,
                {static_cast<std::uint32_t>(its.size)}, its.enumerators.size(), enumerators);
  }

  // C has none; the format wants one.
  std::uint32_t index_type() { return emit(BTF_KIND_INT, "__ARRAY_SIZE_TYPE__", false, {4, 32}); }

  std::uint32_t next_ = 1;
  words types_;
  std::string strings_ = std::string(1, '\0');
  std::unordered_map<const type*, std::uint32_t> ids_of_nodes_;
  std::map<words, std::uint32_t> ids_;
  std::unordered_map<std::string, std::uint32_t> offsets_;
};

}  // namespace

std::vector<std::byte> to_btf(const type& described) {
  writer out;
  return out.finish(out.add(described));
}

}  // namespace aiobpf::bpf
