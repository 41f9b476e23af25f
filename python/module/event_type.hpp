#pragma once

#include "python.hpp"

#include <cstddef>
#include <cstring>

namespace aiobpf::python {

/// Event classes: one Python type a C struct, whose instances carry the record's bytes inside and read
/// their fields when asked. Immutable, hashable, compared field by field.
struct event_object {
  PyObject_HEAD
  std::byte data[1];  // the struct's size in truth
};

/// make_event_type(name, size, fields): fields is a sequence of
/// (name, offset, kind, signed, size, count, enum class or None), kind one of "integer" "boolean"
/// "enumeration" "text". Returns the type.
PyObject* make_event_type(PyObject* module, PyObject* arguments);

/// A new instance with a copy of `data`, which has the type's size.
inline PyObject* make_event(PyTypeObject* type, const std::byte* data, std::size_t size) {
  // PyObject_New without its arithmetic: neither garbage collected nor of variable size.
  auto* event = static_cast<event_object*>(PyObject_Malloc(static_cast<std::size_t>(type->tp_basicsize)));
  if (event == nullptr) return PyErr_NoMemory();
  PyObject_Init(reinterpret_cast<PyObject*>(event), type);
  std::memcpy(event->data, data, size);
  return reinterpret_cast<PyObject*>(event);
}

/// Whether `object` is a type that make_event_type() made, and the size of its struct.
bool is_event_type(PyObject* object, std::size_t& size) noexcept;

}  // namespace aiobpf::python
