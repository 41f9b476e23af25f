#pragma once

#include "python.hpp"

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace aiobpf::python {

struct event_layout;

/// One field of an event class: where it is and how it is read.
struct field_info {
  /// Reads the field out of a record that is known to be long enough. A new reference, or null.
  using reader = PyObject* (*)(const std::byte* record, const field_info& field);

  std::string name;
  std::size_t offset = 0;  ///< bytes; of an element 0
  std::size_t size = 0;    ///< bytes of the value
  reader read = nullptr;
  unsigned bit_shift = 0;  ///< of a bitfield: from `offset`, below 8
  unsigned bit_size = 0;
  std::size_t count = 0;  ///< elements of an array
  std::unique_ptr<field_info> element;
  event_layout* layout = nullptr;  ///< of a struct or union
  reference converted;  ///< the class of a struct; of an enumeration a dict: value -> member, or None
};

/// What Python makes of a struct, a union or an enumeration that a field has: its class, or a dict of members
/// by value. Null with an exception set.
using field_converter = std::function<reference(const std::string& field, const bpf::type_ptr& type)>;

/// The field of a struct that `owner` names for people; null with an exception set. Throws bpf::error:
/// not_supported, of a type that Python has no value for.
std::unique_ptr<field_info> make_field_info(const bpf::member& field, const std::string& owner,
                                            const field_converter& convert);

}  // namespace aiobpf::python
