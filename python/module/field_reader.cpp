#include "field_reader.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

namespace aiobpf::python {
namespace {

template <class Integer>
PyObject* read_integer(const std::byte* record, const field_info& field) {
  Integer value;
  std::memcpy(&value, record + field.offset, sizeof(value));
  if constexpr (std::is_same_v<Integer, std::uint64_t>) {
    if (value > std::numeric_limits<long>::max()) return PyLong_FromUnsignedLongLong(value);
  }
  return PyLong_FromLong(static_cast<long>(value));  // the one of its family with a fast path
}

template <class Number>
PyObject* read_floating(const std::byte* record, const field_info& field) {
  Number value;
  std::memcpy(&value, record + field.offset, sizeof(value));
  return PyFloat_FromDouble(static_cast<double>(value));
}

PyObject* read_boolean(const std::byte* record, const field_info& field) {
  return PyBool_FromLong(record[field.offset] != std::byte{0});
}

PyObject* read_text(const std::byte* record, const field_info& field) {
  const char* text = reinterpret_cast<const char*>(record + field.offset);
  return PyBytes_FromStringAndSize(text, static_cast<Py_ssize_t>(::strnlen(text, field.count)));
}

PyObject* read_character(const std::byte* record, const field_info& field) {
  return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record + field.offset), 1);
}

// Arrays of bytes: what addresses and digests are. A bytes object is a sequence of integers as well.
PyObject* read_bytes(const std::byte* record, const field_info& field) {
  return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record + field.offset),
                                   static_cast<Py_ssize_t>(field.count));
}

template <field_info::reader Number>
PyObject* read_member(const std::byte* record, const field_info& field) {
  auto number = reference::steal(Number(record, field));
  if (!number) return nullptr;
  if (PyObject* member = PyDict_GetItemWithError(field.members.get(), number.get())) {
    Py_INCREF(member);
    return member;
  }
  return PyErr_Occurred() ? nullptr : number.release();  // a value that has no name stays a number
}

PyObject* read_array(const std::byte* record, const field_info& field) {
  auto tuple = reference::steal(PyTuple_New(static_cast<Py_ssize_t>(field.count)));
  if (!tuple) return nullptr;
  for (std::size_t i = 0; i < field.count; ++i) {
    PyObject* value = field.element(record + i * field.size, field);
    if (value == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), value);
  }
  return tuple.release();
}

template <class Integer>
field_info::reader number_reader(bool named) {
  return named ? read_member<read_integer<Integer>> : read_integer<Integer>;
}

field_info::reader integer_reader(Py_ssize_t size, bool is_signed, bool named) {
  switch (size) {
    case 1: return is_signed ? number_reader<std::int8_t>(named) : number_reader<std::uint8_t>(named);
    case 2: return is_signed ? number_reader<std::int16_t>(named) : number_reader<std::uint16_t>(named);
    case 4: return is_signed ? number_reader<std::int32_t>(named) : number_reader<std::uint32_t>(named);
    case 8: return is_signed ? number_reader<std::int64_t>(named) : number_reader<std::uint64_t>(named);
    default: return nullptr;
  }
}

// Null when there is no such field.
field_info::reader element_reader(std::string_view kind, Py_ssize_t size, bool is_signed, bool named) {
  if (kind == "boolean") return size == 1 ? read_boolean : nullptr;
  if (kind == "text") return size == 1 ? read_character : nullptr;
  if (kind == "floating")
    return size == 4 ? read_floating<float> : size == 8 ? read_floating<double> : nullptr;
  if (kind == "integer" || kind == "enumeration") return integer_reader(size, is_signed, named);
  return nullptr;
}

field_info::reader array_reader(std::string_view kind, Py_ssize_t size, bool is_signed) {
  if (kind == "text") return read_text;
  if (kind == "integer" && size == 1 && !is_signed) return read_bytes;
  return read_array;
}

}  // namespace

std::unique_ptr<field_info> make_field_info(PyObject* description, std::size_t record_size) {
  const char* name = nullptr;
  const char* kind = nullptr;
  Py_ssize_t offset = 0;
  Py_ssize_t size = 0;
  Py_ssize_t count = 0;
  int is_signed = 0;
  PyObject* members = nullptr;
  if (!PyArg_ParseTuple(description, "snspnnO", &name, &offset, &kind, &is_signed, &size, &count, &members)) {
    return nullptr;
  }
  const auto record = static_cast<Py_ssize_t>(record_size);
  // An enumeration may have no names: one that is only declared.
  const auto element = element_reader(kind, size, is_signed != 0, PyDict_Check(members));
  if (element == nullptr || offset < 0 || offset > record || count < 0 ||
      (count > 0 ? count : 1) > (record - offset) / size) {
    PyErr_Format(PyExc_ValueError, "field '%s' of kind '%s' (%zd bytes at %zd) does not fit its struct", name,
                 kind, size, offset);
    return nullptr;
  }
  auto field = std::make_unique<field_info>();
  field->name = name;
  field->offset = static_cast<std::size_t>(offset);
  field->size = static_cast<std::size_t>(size);
  field->count = static_cast<std::size_t>(count);
  field->members = reference::borrow(members);
  field->element = element;
  field->read = count > 0 ? array_reader(kind, size, is_signed != 0) : element;
  return field;
}

}  // namespace aiobpf::python
