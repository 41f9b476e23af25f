#include "field_reader.hpp"

#include "event_layout.hpp"
#include "event_type.hpp"

#include <aiobpf/bpf/error.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace aiobpf::python {
namespace {

using bpf::type_kind;

// What a bitfield can have and still be read at once.
constexpr std::size_t widest_bitfield = 64;

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

template <bool is_signed>
PyObject* read_wide_integer(const std::byte* record, const field_info& field) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(record + field.offset);
  return _PyLong_FromByteArray(bytes, field.size, 1, is_signed);
}

PyObject* read_boolean(const std::byte* record, const field_info& field) {
  const auto* bytes = record + field.offset;
  return PyBool_FromLong(
      std::any_of(bytes, bytes + field.size, [](std::byte b) { return b != std::byte{0}; }));
}

// The bits of a bitfield, which may lie in 9 bytes.
std::uint64_t bits_of(const std::byte* record, const field_info& field) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, record + field.offset, std::min(field.size, sizeof(bits)));
  bits >>= field.bit_shift;
  if (field.size > sizeof(bits)) {
    bits |= std::to_integer<std::uint64_t>(record[field.offset + sizeof(bits)]) << (64 - field.bit_shift);
  }
  return bits & (~std::uint64_t{0} >> (64 - field.bit_size));
}

PyObject* read_bits(const std::byte* record, const field_info& field) {
  return PyLong_FromUnsignedLongLong(bits_of(record, field));
}

PyObject* read_signed_bits(const std::byte* record, const field_info& field) {
  const unsigned unused = 64 - field.bit_size;
  return PyLong_FromLongLong(static_cast<std::int64_t>(bits_of(record, field) << unused) >> unused);
}

PyObject* read_boolean_bits(const std::byte* record, const field_info& field) {
  return PyBool_FromLong(bits_of(record, field) != 0);
}

PyObject* read_text(const std::byte* record, const field_info& field) {
  const char* text = reinterpret_cast<const char*>(record + field.offset);
  return PyBytes_FromStringAndSize(text, static_cast<Py_ssize_t>(::strnlen(text, field.size)));
}

PyObject* read_character(const std::byte* record, const field_info& field) {
  return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record + field.offset), 1);
}

// Arrays of bytes: what addresses and digests are. A bytes object is a sequence of integers as well.
PyObject* read_bytes(const std::byte* record, const field_info& field) {
  return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(record + field.offset),
                                   static_cast<Py_ssize_t>(field.size));
}

template <field_info::reader Number>
PyObject* read_member(const std::byte* record, const field_info& field) {
  auto number = reference::steal(Number(record, field));
  if (!number) return nullptr;
  if (PyObject* member = PyDict_GetItemWithError(field.converted.get(), number.get())) {
    Py_INCREF(member);
    return member;
  }
  return PyErr_Occurred() ? nullptr : number.release();  // a value that has no name stays a number
}

PyObject* read_event(const std::byte* record, const field_info& field) {
  return field.layout->make(record + field.offset);
}

PyObject* read_array(const std::byte* record, const field_info& field) {
  auto tuple = reference::steal(PyTuple_New(static_cast<Py_ssize_t>(field.count)));
  if (!tuple) return nullptr;
  const field_info& element = *field.element;
  for (std::size_t i = 0; i < field.count; ++i) {
    PyObject* value = element.read(record + field.offset + i * element.size, element);
    if (value == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), value);
  }
  return tuple.release();
}

// --- which one reads a type

template <field_info::reader Number>
field_info::reader number_reader(bool named) {
  return named ? read_member<Number> : Number;
}

field_info::reader integer_reader(std::size_t size, bool is_signed, bool named) {
  switch (size) {
    case 1:
      return is_signed ? number_reader<read_integer<std::int8_t>>(named)
                       : number_reader<read_integer<std::uint8_t>>(named);
    case 2:
      return is_signed ? number_reader<read_integer<std::int16_t>>(named)
                       : number_reader<read_integer<std::uint16_t>>(named);
    case 4:
      return is_signed ? number_reader<read_integer<std::int32_t>>(named)
                       : number_reader<read_integer<std::uint32_t>>(named);
    case 8:
      return is_signed ? number_reader<read_integer<std::int64_t>>(named)
                       : number_reader<read_integer<std::uint64_t>>(named);
    default: return is_signed ? read_wide_integer<true> : read_wide_integer<false>;
  }
}

field_info::reader bitfield_reader(const bpf::type& type, bool named) {
  if (type.kind == type_kind::boolean) return read_boolean_bits;
  return type.is_signed ? number_reader<read_signed_bits>(named) : number_reader<read_bits>(named);
}

bool is_byte(const bpf::type& type) {
  return type.kind == type_kind::integer && type.size == 1 && !type.is_signed;
}

class maker {
public:
  maker(const std::string& owner, const std::string& name, const field_converter& convert)
      : owner_(owner), name_(name), convert_(convert) {}

  // Null with an exception set.
  std::unique_ptr<field_info> make(const bpf::type_ptr& type) const {
    auto field = std::make_unique<field_info>();
    field->name = name_;
    field->size = type->size;
    return (field->read = reader_of(type, *field)) ? std::move(field) : nullptr;
  }

  std::unique_ptr<field_info> make_bitfield(const bpf::member& from) const {
    auto field = make(from.type);
    if (!field) return nullptr;
    if (from.bit_size > widest_bitfield) throw_unsupported("a bitfield of more than 64 bits");
    field->bit_shift = from.bit_offset % 8;
    field->bit_size = static_cast<unsigned>(from.bit_size);
    field->size = (field->bit_shift + from.bit_size + 7) / 8;
    field->read = bitfield_reader(*from.type, is_named(*field));
    return field;
  }

private:
  [[noreturn]] void throw_unsupported(const std::string& what) const {
    throw bpf::error{bpf::errc::not_supported,
                     "type '" + owner_ + "': field '" + name_ + "' is " + what +
                         ", which is not read by name: take the records as bytes or as a ctypes.Structure"};
  }

  // An enumeration may have no names: one that is only declared.
  static bool is_named(const field_info& field) {
    return field.converted && PyDict_Check(field.converted.get());
  }

  field_info::reader reader_of(const bpf::type_ptr& type, field_info& out) const {
    switch (type->kind) {
      case type_kind::integer: return integer_reader(type->size, type->is_signed, false);
      case type_kind::pointer: return integer_reader(type->size, false, false);
      case type_kind::boolean: return read_boolean;
      case type_kind::character: return read_character;
      case type_kind::floating_point:
        if (type->size == sizeof(float)) return read_floating<float>;
        if (type->size == sizeof(double)) return read_floating<double>;
        throw_unsupported("a floating point number of " + std::to_string(type->size) + " bytes");
      case type_kind::enumeration:
        out.converted = convert_(name_, type);
        return out.converted ? integer_reader(type->size, type->is_signed, is_named(out)) : nullptr;
      case type_kind::structure:
      case type_kind::union_:
        out.converted = convert_(name_, type);
        out.layout = out.converted ? layout_of(out.converted.get()) : nullptr;
        return out.layout ? read_event : nullptr;
      case type_kind::array: return array_reader(*type, out);
      case type_kind::opaque: break;
    }
    throw_unsupported("of a type that is only declared");
  }

  field_info::reader array_reader(const bpf::type& type, field_info& out) const {
    if (type.count == 0) throw_unsupported("an array without a length");
    if (type.element->size == 0) throw_unsupported("an array of elements without a size");
    if (type.element->kind == type_kind::character) return read_text;
    if (is_byte(*type.element)) return read_bytes;
    out.count = type.count;
    out.element = make(type.element);
    return out.element ? read_array : nullptr;
  }

  const std::string& owner_;
  const std::string& name_;
  const field_converter& convert_;
};

}  // namespace

std::unique_ptr<field_info> make_field_info(const bpf::member& field, const std::string& owner,
                                            const field_converter& convert) {
  const maker its{owner, field.name, convert};
  auto made = field.bit_size != 0 ? its.make_bitfield(field) : its.make(field.type);
  if (made) made->offset = field.bit_offset / 8;
  return made;
}

}  // namespace aiobpf::python
