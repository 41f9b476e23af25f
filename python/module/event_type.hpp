#pragma once

#include "event_layout.hpp"
#include "field_reader.hpp"
#include "python.hpp"

#include <string>

namespace aiobpf::python {

/// Makes an event class: one Python type a struct or union, whose instances carry the record's bytes inside
/// and read their fields when asked; values of nested structs are instances of their classes. Immutable,
/// hashable, compared field by field.
///
/// `convert` is asked for what Python has for each struct, union and enumeration among the fields;
/// `attributes` is a dict of what else the class has. Returns the type; null with an exception set. Throws
/// bpf::error: wrong_type (not a struct or union), not_supported (the message names the field).
PyObject* make_event_type(const bpf::type& described, const std::string& name, const field_converter& convert,
                          PyObject* attributes);

/// The layout of a class that make_event_type() made; null for anything else. Valid as long as the class is.
event_layout* layout_of(PyObject* type) noexcept;

}  // namespace aiobpf::python
