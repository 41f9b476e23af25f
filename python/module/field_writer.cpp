#include "field_writer.hpp"

#include "errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace aiobpf::python {
namespace {

using bpf::type_kind;

bool refuse(const std::string& message) {
  set_error("BtfValidationError", message.c_str());
  return false;
}

bool wrong_type(const bpf::type& type, PyObject* value, const std::string& where, const char* wanted) {
  PyErr_Format(PyExc_TypeError, "%s is '%s': it takes %s, not %s", where.c_str(), to_string(type).c_str(),
               wanted, Py_TYPE(value)->tp_name);
  return false;
}

bool does_not_fit(const bpf::type& type, PyObject* value, std::size_t bits, const std::string& where) {
  const unsigned long long most = bits == 0 ? 0 : ~0ULL >> (64 - std::min<std::size_t>(bits, 64));
  const auto repr = reference::steal(PyObject_Repr(value));
  const char* text = repr ? PyUnicode_AsUTF8(repr.get()) : nullptr;
  if (text == nullptr) return false;
  std::string limits;
  if (bits > 64) {
    limits = std::to_string(bits / 8) + " bytes hold";
  } else if (type.is_signed) {
    limits = std::to_string(-static_cast<long long>(most >> 1) - 1) + " to " + std::to_string(most >> 1);
  } else {
    limits = "0 to " + std::to_string(type.kind == type_kind::boolean ? 1 : most);
  }
  return refuse(where + " has " +
                (bits % 8 == 0 ? std::to_string(bits / 8) + " bytes" : std::to_string(bits) + " bits") +
                " and holds " + limits + ", not " + text);
}

// The number of an enumerator.
bool number_of(const bpf::type& type, PyObject* name, const std::string& where, std::int64_t& out) {
  const char* text = PyUnicode_AsUTF8(name);
  if (text == nullptr) return false;
  for (const auto& one : type.enumerators) {
    if (one.name != text) continue;
    out = one.value;
    return true;
  }
  return refuse(where + ": enum " + type.name + " has no '" + text + "'");
}

// At most 64 bits, as they are stored.
bool integer_bits(const bpf::type& type, PyObject* value, std::size_t bits, const std::string& where,
                  std::uint64_t& out) {
  if (type.kind == type_kind::enumeration && PyUnicode_Check(value)) {
    std::int64_t number = 0;
    if (!number_of(type, value, where, number)) return false;
    out = static_cast<std::uint64_t>(number) & (~std::uint64_t{0} >> (64 - bits));
    return true;
  }
  if (!PyIndex_Check(value)) {
    if (PyFloat_Check(value)) {
      PyErr_Format(PyExc_TypeError, "%s is an integer, and %R is a float", where.c_str(), value);
      return false;
    }
    return wrong_type(type, value, where, "an int");
  }
  const auto number = reference::steal(PyNumber_Index(value));
  if (!number) return false;
  const std::uint64_t most = type.kind == type_kind::boolean ? 1 : ~std::uint64_t{0} >> (64 - bits);
  int overflow = 0;
  const long long narrow = PyLong_AsLongLongAndOverflow(number.get(), &overflow);
  if (narrow == -1 && PyErr_Occurred()) return false;
  if (type.is_signed) {
    const auto limit = static_cast<long long>(most >> 1);
    if (overflow != 0 || narrow < -limit - 1 || narrow > limit)
      return does_not_fit(type, number.get(), bits, where);
    out = static_cast<std::uint64_t>(narrow) & most;
    return true;
  }
  out = static_cast<std::uint64_t>(narrow);
  if (overflow > 0) {
    out = PyLong_AsUnsignedLongLong(number.get());
    if (PyErr_Occurred()) {
      PyErr_Clear();
      return does_not_fit(type, number.get(), bits, where);
    }
  }
  if (overflow < 0 || (overflow == 0 && narrow < 0) || out > most) {
    return does_not_fit(type, number.get(), bits, where);
  }
  return true;
}

bool write_integer(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  if (type.size <= sizeof(std::uint64_t)) {
    std::uint64_t bits = 0;
    if (!integer_bits(type, value, type.size * 8, where, bits)) return false;
    std::memcpy(out, &bits, type.size);  // little endian
    return true;
  }
  if (!PyIndex_Check(value)) return wrong_type(type, value, where, "an int");
  const auto number = reference::steal(PyNumber_Index(value));
  const auto call = number ? reference::steal(PyObject_GetAttrString(number.get(), "to_bytes")) : reference{};
  const auto arguments =
      reference::steal(Py_BuildValue("(ns)", static_cast<Py_ssize_t>(type.size), "little"));
  const auto named = reference::steal(Py_BuildValue("{s:O}", "signed", type.is_signed ? Py_True : Py_False));
  if (!call || !arguments || !named) return false;
  const auto bytes = reference::steal(PyObject_Call(call.get(), arguments.get(), named.get()));
  if (!bytes) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) return false;
    PyErr_Clear();
    return does_not_fit(type, number.get(), type.size * 8, where);
  }
  std::memcpy(out, PyBytes_AS_STRING(bytes.get()), type.size);
  return true;
}

bool too_large(const bpf::type& type, PyObject* value, const std::string& where) {
  const auto repr = reference::steal(PyObject_Repr(value));
  const char* text = repr ? PyUnicode_AsUTF8(repr.get()) : nullptr;
  return text != nullptr && refuse(where + " is a floating point number of " + std::to_string(type.size) +
                                   " bytes, too small for " + text);
}

bool write_floating(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  if (!PyFloat_Check(value) && !PyNumber_Check(value)) return wrong_type(type, value, where, "a number");
  const double number = PyFloat_AsDouble(value);
  if (number == -1.0 && PyErr_Occurred()) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) return false;
    PyErr_Clear();
    return too_large(type, value, where);
  }
  if (type.size == sizeof(double)) {
    std::memcpy(out, &number, sizeof(number));
    return true;
  }
  if (type.size != sizeof(float)) {
    return wrong_type(type, value, where, "no value that Python has; bytes of a struct around it");
  }
  const auto narrow = static_cast<float>(number);
  if (std::isinf(narrow) && !std::isinf(number)) return too_large(type, value, where);
  std::memcpy(out, &narrow, sizeof(narrow));
  return true;
}

// --- bytes

// Releases what it holds.
struct buffer {
  ~buffer() {
    if (view.obj != nullptr) PyBuffer_Release(&view);
  }
  bool get(PyObject* from) { return PyObject_GetBuffer(from, &view, PyBUF_SIMPLE) == 0; }
  std::size_t size() const { return static_cast<std::size_t>(view.len); }
  Py_buffer view{};
};

bool write_text(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  reference encoded;
  if (PyUnicode_Check(value)) {
    encoded = reference::steal(PyUnicode_AsEncodedString(value, "utf-8", "surrogateescape"));
    if (!encoded) return false;
    value = encoded.get();
  }
  if (!PyObject_CheckBuffer(value)) return wrong_type(type, value, where, "bytes or a str");
  buffer text;
  if (!text.get(value)) return false;
  if (text.size() > type.size) {
    return refuse(where + " is '" + to_string(type) + "' and has " + std::to_string(type.size) +
                  " bytes; the text has " + std::to_string(text.size()));
  }
  std::memcpy(out, text.view.buf, text.size());
  return true;
}

bool write_bytes(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  buffer bytes;
  if (!bytes.get(value)) return false;
  if (bytes.size() != type.size) {
    return refuse(where + " is '" + to_string(type) + "' and has " + std::to_string(type.size) +
                  " bytes, not " + std::to_string(bytes.size()));
  }
  std::memcpy(out, bytes.view.buf, type.size);
  return true;
}

bool write_array(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  if (type.element->kind == type_kind::character) return write_text(type, value, out, where);
  if (PyObject_CheckBuffer(value)) return write_bytes(type, value, out, where);
  if (PyUnicode_Check(value) || !PySequence_Check(value)) return wrong_type(type, value, where, "a sequence");
  const auto items = reference::steal(PySequence_Fast(value, "a sequence"));
  if (!items) return false;
  const auto given = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get()));
  if (given != type.count) {
    return refuse(where + " is '" + to_string(type) + "' and has " + std::to_string(type.count) +
                  " elements, not " + std::to_string(given));
  }
  for (std::size_t i = 0; i < type.count; ++i) {
    // Borrowed: writing one may run its code, which may change the list.
    const auto item = reference::borrow(PySequence_Fast_GET_ITEM(items.get(), static_cast<Py_ssize_t>(i)));
    if (!write_value(*type.element, item.get(), out + i * type.element->size,
                     where + "[" + std::to_string(i) + "]")) {
      return false;
    }
    if (static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get())) != type.count) {
      PyErr_SetString(PyExc_RuntimeError, "the sequence changed its length meanwhile");
      return false;
    }
  }
  return true;
}

// --- structs

bool write_bits(const bpf::member& field, PyObject* value, std::byte* record, const std::string& where) {
  std::uint64_t bits = 0;
  if (!integer_bits(*field.type, value, field.bit_size, where, bits)) return false;
  for (std::size_t i = 0; i < field.bit_size; ++i) {
    const std::size_t at = field.bit_offset + i;
    const auto mask = std::byte{1} << (at % 8);
    record[at / 8] = (record[at / 8] & ~mask) | ((bits >> i & 1) != 0 ? mask : std::byte{0});
  }
  return true;
}

using fields = std::vector<bpf::member>;

bool unknown_field(const bpf::type& type, const fields& there, PyObject* key, const std::string& where) {
  std::string names;
  for (const auto& one : there) names += (names.empty() ? "" : ", ") + one.name;
  const auto repr = reference::steal(PyObject_Repr(key));
  const char* text = repr ? PyUnicode_AsUTF8(repr.get()) : nullptr;
  return text != nullptr &&
         refuse(where + ": '" + to_string(type) + "' has no field " + text + "; it has " + names);
}

bool write_field(const bpf::type& type, const fields& there, PyObject* key, PyObject* value, std::byte* out,
                 const std::string& where) {
  const char* name = PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : "";
  if (name == nullptr) return false;
  for (const auto& field : there) {
    if (field.name != name) continue;
    const std::string inner = where + "." + field.name;
    return field.bit_size != 0 ? write_bits(field, value, out, inner)
                               : write_value(*field.type, value, out + field.bit_offset / 8, inner);
  }
  return unknown_field(type, there, key, where);
}

bool write_struct(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  if (PyObject_CheckBuffer(value)) return write_bytes(type, value, out, where);
  if (!PyMapping_Check(value) || !PyObject_HasAttrString(value, "items")) {
    return wrong_type(type, value, where, "a dict of its fields, or bytes of its size");
  }
  const auto items = reference::steal(PyMapping_Items(value));
  if (!items) return false;
  const fields there = fields_of(type);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items.get()); ++i) {
    const auto pair = reference::borrow(PyList_GET_ITEM(items.get(), i));
    if (!PyTuple_Check(pair.get()) || PyTuple_GET_SIZE(pair.get()) != 2) {
      return wrong_type(type, value, where, "a dict of its fields, or bytes of its size");
    }
    if (!write_field(type, there, PyTuple_GET_ITEM(pair.get(), 0), PyTuple_GET_ITEM(pair.get(), 1), out,
                     where)) {
      return false;
    }
  }
  return true;
}

// One character, or its number.
bool write_character(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  if (PyIndex_Check(value)) return write_integer(type, value, out, where);
  return write_text(type, value, out, where);
}

}  // namespace

bool write_value(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where) {
  switch (type.kind) {
    case type_kind::integer:
    case type_kind::boolean:
    case type_kind::enumeration:
    case type_kind::pointer: return write_integer(type, value, out, where);
    case type_kind::character: return write_character(type, value, out, where);
    case type_kind::floating_point: return write_floating(type, value, out, where);
    case type_kind::array: return write_array(type, value, out, where);
    case type_kind::structure:
    case type_kind::union_: return write_struct(type, value, out, where);
    case type_kind::opaque: break;
  }
  return wrong_type(type, value, where, "nothing: the type is only declared");
}

}  // namespace aiobpf::python
