#pragma once

#include "python.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace aiobpf::python {

/// One field of an event class: where it stands and how it is read.
struct field_info {
  /// Reads the field out of a record that is known to be long enough. A new reference, or null.
  using reader = PyObject* (*)(const std::byte* record, const field_info& field);

  std::string name;
  std::size_t offset = 0;
  std::size_t size = 0;   ///< bytes of one element
  std::size_t count = 0;  ///< elements; 0 when it is no array
  reader element = nullptr;
  reader read = nullptr;
  reference members;  ///< of an enumeration: value -> member
};

/// From the tuple that make_event_type() takes; null with an exception set when it makes no sense, such as
/// a field outside of `record_size` bytes.
std::unique_ptr<field_info> make_field_info(PyObject* description, std::size_t record_size);

}  // namespace aiobpf::python
