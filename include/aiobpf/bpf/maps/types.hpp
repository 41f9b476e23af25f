#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/bpf/type.hpp>

#include <string_view>

namespace aiobpf::bpf {

/// What a map's BTF says its keys and values are; null: it does not say.
struct map_types {
  type_ptr key = {};
  type_ptr value = {};
};

/// Of an object's map, from the object's own BTF. Throws bpf::error: not_found (no such map).
map_types types_of(const object& owner, std::string_view map);

/// Of any map, from the kernel (btf::of_map()); null where it was made without. Throws bpf::error: an errno
/// (EPERM: CAP_SYS_ADMIN is missing).
map_types types_of(const map& described);

/// Whether keys and values of these types are what a map has: the sizes, and where BTF says them the fields.
/// `key` is null where the map has no keys. Throws bpf::error: wrong_size, wrong_type (it is per CPU, or is
/// not).
void check_types(const map& checked, const type_ptr& key, const type_ptr& value, const map_types& types,
                 bool per_cpu);

}  // namespace aiobpf::bpf
