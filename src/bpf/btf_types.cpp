#include "btf_types.hpp"

#include "throw_error.hpp"

#include <bpf/btf.h>

#include <algorithm>

namespace aiobpf::bpf {
namespace {

// Without the locale of <cctype>.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_identifier(std::string_view name) noexcept {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

void throw_btf_corrupt(std::string_view step, std::string_view what) {
  throw_error(errc::btf_corrupt, step,
              "the BTF is damaged (" + std::string{what} + "): compile the object again");
}

std::string identifier_at(const ::btf* types, std::uint32_t name_offset, std::string_view step) {
  const char* name = ::btf__name_by_offset(types, name_offset);
  if (name == nullptr || !is_identifier(name)) throw_btf_corrupt(step, "a name is not an identifier");
  return name;
}

const ::btf_type* type_at(const ::btf* types, std::uint32_t id, std::string_view step) {
  const ::btf_type* type = ::btf__type_by_id(types, id);
  if (type == nullptr) throw_btf_corrupt(step, "there is no type " + std::to_string(id));
  return type;
}

const ::btf_type* resolved_type(const ::btf* types, std::uint32_t id) {
  const int resolved = ::btf__resolve_type(types, id);
  return resolved < 0 ? nullptr : ::btf__type_by_id(types, static_cast<__u32>(resolved));
}

}  // namespace aiobpf::bpf
