#pragma once

#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/bpf/type.hpp>
#include <aiobpf/rings/ring_walk.hpp>

#include <ostream>

// What Boost.Test prints of our enumerations when a check fails.
namespace aiobpf::bpf {

inline std::ostream& boost_test_print_type(std::ostream& out, errc value) {
  return out << make_error_code(value);
}

inline std::ostream& operator<<(std::ostream& out, type_kind value) {
  switch (value) {
    case type_kind::opaque: return out << "opaque";
    case type_kind::integer: return out << "integer";
    case type_kind::boolean: return out << "boolean";
    case type_kind::character: return out << "character";
    case type_kind::floating_point: return out << "floating_point";
    case type_kind::enumeration: return out << "enumeration";
    case type_kind::pointer: return out << "pointer";
    case type_kind::array: return out << "array";
    case type_kind::structure: return out << "structure";
    case type_kind::union_: return out << "union_";
  }
  return out << "type_kind " << static_cast<int>(value);
}

}  // namespace aiobpf::bpf

namespace aiobpf::rings {

inline std::ostream& boost_test_print_type(std::ostream& out, ring_stop value) {
  switch (value) {
    case ring_stop::empty: return out << "empty";
    case ring_stop::busy: return out << "busy";
    case ring_stop::limit: return out << "limit";
    case ring_stop::corrupt: return out << "corrupt";
    case ring_stop::taken: return out << "taken";
  }
  return out << "ring_stop " << static_cast<int>(value);
}

}  // namespace aiobpf::rings
