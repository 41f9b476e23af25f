#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/layout.hpp>
#include <aiobpf/bpf/maps/types.hpp>

#include "../throw_error.hpp"

namespace aiobpf::bpf {
namespace {

// Null for void, and for the section that a map of globals has in the place of a type.
type_ptr sized_type(const btf& types, std::uint32_t id) {
  const auto found = types.at(id);
  return found->kind == type_kind::opaque ? nullptr : found;
}

map_types types_in(const btf& types, const map& described) {
  return {sized_type(types, described.key_type_id()), sized_type(types, described.value_type_id())};
}

// What the declaration of a map says by __type(): a pointer. Of a struct it knows the name, which is looked
// up.
type_ptr declared_type(const btf& types, const type& declaration, std::string_view side) {
  for (const auto& field : declaration.members) {
    if (field.name != side || field.type->kind != type_kind::pointer) continue;
    const auto& target = field.type->element;
    if (target->kind != type_kind::opaque) return target;
    return target->name.starts_with("struct ") || target->name.starts_with("union ")
               ? types.find(target->name)
               : nullptr;
  }
  return nullptr;
}

// Of maps that the kernel takes no BTF for, as queues.
map_types types_in_declaration(const btf& types, std::string_view name) {
  for (const auto& one : types.globals(".maps")) {
    if (one.name == name) {
      return {declared_type(types, *one.type, "key"), declared_type(types, *one.type, "value")};
    }
  }
  return {};
}

void check_side(const type_ptr& ours, const type_ptr& btf, std::size_t size, const std::string& step) {
  if (btf) return check_layout(*ours, *btf, step);
  if (ours->size == size) return;
  throw_error(
      errc::wrong_size, step,
      "it has " + std::to_string(size) + " bytes in the map, " + std::to_string(ours->size) + " here");
}

}  // namespace

map_types types_of(const object& owner, std::string_view name) {
  const auto found = types_in(owner.types(), owner.map(name));
  return found.key || found.value ? found : types_in_declaration(owner.types(), name);
}

map_types types_of(const map& described) {
  return described.btf_id() == 0 ? map_types{} : types_in(btf::of_map(described), described);
}

void check_types(const map& checked, const type_ptr& key, const type_ptr& value, const map_types& types,
                 bool per_cpu) {
  const std::string name = "map " + checked.name();
  if (checked.is_per_cpu() != per_cpu) {
    throw_error(errc::wrong_type, name,
                per_cpu ? "it is not per CPU: use typed_map" : "it is per CPU: use per_cpu_map");
  }
  if (key) check_side(key, types.key, checked.key_size(), name + ": its key");
  if (!key && checked.key_size() != 0) throw_error(errc::wrong_type, name, "it has keys: use typed_map");
  check_side(value, types.value, checked.value_size(), name + ": its value");
}

}  // namespace aiobpf::bpf
