#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aiobpf::bpf {

enum class type_kind {
  opaque,          ///< void, a function, or a struct or union that is only declared: no size
  integer,         ///< of 1, 2, 4, 8 or 16 bytes
  boolean,         ///< of 1, 2, 4, 8 or 16 bytes; true unless all are 0
  character,       ///< char; an array of it is text that ends at its first NUL, or at its end
  floating_point,  ///< of any size
  enumeration,     ///< of 1, 2, 4 or 8 bytes
  pointer,         ///< of 8 bytes, as BPF programs have them
  array,
  structure,
  union_,
};

struct type;
/// Types are shared and never change. They outlive the btf that made them.
using type_ptr = std::shared_ptr<const type>;

struct enumerator {
  std::string name;
  std::int64_t value = 0;  ///< of an unsigned enumeration of 8 bytes: the same 64 bits
};

/// A member of a struct or union.
struct member {
  std::string name;            ///< empty: an anonymous struct or union, or padding of a bitfield
  std::size_t bit_offset = 0;  ///< from the start of the struct; a multiple of 8 unless it is a bitfield
  std::size_t bit_size = 0;    ///< of a bitfield; 0: not a bitfield
  type_ptr type;
};

/// A C type, as plain data: a tree without cycles, because a pointer knows of a struct only its name.
///
/// Types come from a bpf::btf, which checks them: every member lies inside of its struct, an array of N
/// elements is N times as large as one, and no two fields of a struct have one name.
struct type {
  type_kind kind = type_kind::opaque;
  std::string name;      ///< "exec_event", "unsigned int"; of an opaque one "void", "struct x"; may be empty
  std::string alias;     ///< the typedef by which it was reached, as in "__u32"; empty: none
  std::size_t size = 0;  ///< bytes
  bool is_signed = false;               ///< of an integer, a character, an enumeration
  std::size_t count = 0;                ///< elements of an array; 0: a flexible array
  type_ptr element;                     ///< of an array; of a pointer, what it points to
  std::vector<member> members;          ///< of a struct or union
  std::vector<enumerator> enumerators;  ///< of an enumeration; none when it is only declared
};

/// The fields of a struct or union as C code names them: those of anonymous members are among them, with the
/// offset in the outer struct. Padding is left out.
std::vector<member> fields_of(const type& owner);

/// As C writes it: "struct exec_event", "__u32[4][2]", "struct task_struct *".
std::string to_string(const type& described);

}  // namespace aiobpf::bpf
