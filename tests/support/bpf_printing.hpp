#pragma once

#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/bpf/layout.hpp>
#include <aiobpf/bpf/ring_walk.hpp>

#include <ostream>

// What Boost.Test prints of our enumerations when a check fails.
namespace aiobpf::bpf {

inline std::ostream& boost_test_print_type(std::ostream& out, errc value) {
  return out << make_error_code(value);
}

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

inline std::ostream& boost_test_print_type(std::ostream& out, field_kind value) {
  switch (value) {
    case field_kind::unsigned_integer: return out << "unsigned_integer";
    case field_kind::signed_integer: return out << "signed_integer";
    case field_kind::boolean: return out << "boolean";
    case field_kind::enumeration: return out << "enumeration";
    case field_kind::floating_point: return out << "floating_point";
    case field_kind::text: return out << "text";
  }
  return out << "field_kind " << static_cast<int>(value);
}

}  // namespace aiobpf::bpf
