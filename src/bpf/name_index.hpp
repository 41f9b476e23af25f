#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

struct btf;

namespace aiobpf::bpf {

/// The numbers of types by name: structs, unions, enumerations, typedefs, base types and declarations.
class name_index {
public:
  /// Reads every name once. Of BTF that was checked, and that outlives this.
  explicit name_index(const ::btf* types);

  /// The type of that name, as btf::find() chooses it; 0 when it is missing.
  std::uint32_t find(std::string_view name) const noexcept;

private:
  std::size_t slot(std::string_view name) const noexcept;

  const ::btf* types_;
  std::vector<std::uint32_t> ids_;  // open addressing; a power of two, half empty at least; 0: free
};

}  // namespace aiobpf::bpf
