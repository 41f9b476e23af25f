#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct btf;

namespace aiobpf::bpf {

/// How the bytes of a field are to be read.
enum class field_kind {
  unsigned_integer,
  signed_integer,
  boolean,
  floating_point,
  enumeration,
  text,  ///< char or char[N]; ends at the first NUL, or at its end
};

/// One member of a struct, or a global variable of a section, as the object's BTF describes it.
struct field {
  std::string name;
  std::size_t offset = 0;  ///< bytes from the start of the struct, or section
  field_kind kind = field_kind::unsigned_integer;
  bool is_signed = false;
  std::size_t size = 0;   ///< bytes of one element: 1, 2, 4 or 8
  std::size_t count = 0;  ///< elements of an array; 0 when it is no array
  std::vector<std::pair<std::string, std::int64_t>> enumerators;  ///< of an enumeration
};

/// A flat C struct: what event types are made of.
struct struct_layout {
  std::string name;
  std::size_t size = 0;  ///< bytes
  std::vector<field> fields;
};

/// Reads the layout of the struct (or typedef of a struct) `name` from BTF. "struct x" means x.
/// Throws bpf::error: not_found (the message names the structs there are), not_supported (a member
/// that is not flat: nested struct, union, bitfield; the message names the member), btf_corrupt.
/// Every field of a layout lies inside of its struct.
struct_layout read_layout(const ::btf* types, std::string_view name);

/// Fills in kind, signedness, size and elements of `out` from the type `id`. Says what kept it from being
/// read, as in "a union", or nothing. Throws bpf::error: btf_corrupt, with `where`.
const char* read_type(const ::btf* types, unsigned id, const std::string& where, field& out);

}  // namespace aiobpf::bpf
