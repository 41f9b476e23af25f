#pragma once

#include <aiobpf/bpf/btf.hpp>

#include "name_index.hpp"
#include "type_builder.hpp"

#include <optional>
#include <string>

struct btf;

namespace aiobpf::bpf {

using btf_handle = std::unique_ptr<::btf, void (*)(::btf*)>;

/// What a btf holds. `types` is null where there is no BTF: no type is found then.
struct btf::state {
  /// Takes over BTF.
  state(btf_handle own, std::string origin)
      : owned(std::move(own)), types(owned.get()), where(std::move(origin)), builder(types) {}
  /// Looks at BTF that outlives it, and was checked.
  state(const ::btf* borrowed, std::string origin)
      : owned(nullptr, nullptr), types(borrowed), where(std::move(origin)), builder(types) {}

  btf_handle owned;
  const ::btf* types;
  std::string where;                ///< for people: "the object's BTF"
  std::string remedy;               ///< for people, when a type is not there
  std::optional<name_index> names;  ///< made when the first name is looked up
  type_builder builder;
};

}  // namespace aiobpf::bpf
