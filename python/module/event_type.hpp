#pragma once

#include "event_layout.hpp"
#include "python.hpp"

namespace aiobpf::python {

/// Event classes: one Python type a C struct, whose instances carry the record's bytes inside and read
/// their fields when asked. Immutable, hashable, compared field by field.
///
/// make_event_type(name, size, fields, attributes): fields is a sequence of
/// (name, offset, kind, signed, size, count, members by value or None), kind one of "integer" "boolean"
/// "enumeration" "floating" "text"; attributes a dict of what else the class has. Returns the type.
PyObject* make_event_type(PyObject* module, PyObject* arguments);

/// The layout of a class that make_event_type() made; null for anything else. Valid as long as the class is.
event_layout* layout_of(PyObject* type) noexcept;

}  // namespace aiobpf::python
