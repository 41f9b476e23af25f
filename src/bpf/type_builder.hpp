#pragma once

#include <aiobpf/bpf/type.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

struct btf;
struct btf_type;

namespace aiobpf::bpf {

/// Makes types out of BTF, each number once. What points to a struct gets its name, and not its members:
/// without that a tree would have no end.
class type_builder {
public:
  /// Of BTF whose references were checked (check_btf.hpp), and that outlives this.
  explicit type_builder(const ::btf* types) noexcept : types_(types) {}

  /// The type of that number, which is there; 0 is void. Throws bpf::error that begins with `step`:
  /// btf_corrupt.
  type_ptr build(std::uint32_t id, std::string_view step);

private:
  class call;  // what one build() is about
  friend class call;

  const ::btf* types_;
  std::unordered_map<std::uint32_t, type_ptr> made_;
};

}  // namespace aiobpf::bpf
