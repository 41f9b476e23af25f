#include "codec.hpp"

#include "errors.hpp"
#include "field_writer.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

namespace aiobpf::python {
namespace {

using bpf::type_kind;

// What a buffer gives, exactly `size` of it.
bool copy_buffer(PyObject* from, std::size_t size, std::byte* out, const std::string& where,
                 const char* kind) {
  Py_buffer view;
  if (PyObject_GetBuffer(from, &view, PyBUF_SIMPLE) != 0) return false;
  const bool fits = static_cast<std::size_t>(view.len) == size;
  if (fits) {
    std::memcpy(out, view.buf, size);
  } else {
    const std::string message =
        where + " has " + std::to_string(size) + " bytes here, not " + std::to_string(view.len);
    set_error(kind, message.c_str());
  }
  PyBuffer_Release(&view);
  return fits;
}

}  // namespace

struct codec::ways {
  // --- bytes

  static PyObject* decode_bytes(const codec& its, const std::byte* data) {
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data), static_cast<Py_ssize_t>(its.size_));
  }

  static bool encode_bytes(const codec& its, PyObject* value, std::byte* out) {
    if (PyBytes_Check(value) || PyByteArray_Check(value) || PyMemoryView_Check(value)) {
      return copy_buffer(value, its.size_, out, its.where_, "BpfMapError");
    }
    if (PyLong_Check(value)) {
      PyErr_Format(PyExc_TypeError,
                   "%s is bytes, not %s: use typed(), (%R).to_bytes(%zu, 'little'), or struct.pack",
                   its.where_.c_str(), Py_TYPE(value)->tp_name, value, its.size_);
    } else {
      PyErr_Format(PyExc_TypeError, "%s is bytes, not %s", its.where_.c_str(), Py_TYPE(value)->tp_name);
    }
    return false;
  }

  // --- by a type

  static PyObject* decode_type(const codec& its, const std::byte* data) {
    return its.field_->read(data, *its.field_);
  }

  static PyObject* decode_text(const codec& its, const std::byte* data) {
    const char* text = reinterpret_cast<const char*>(data);
    return PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(::strnlen(text, its.size_)), "surrogateescape");
  }

  static bool encode_type(const codec& its, PyObject* value, std::byte* out) {
    return guarded<bool>("BtfValidationError", false, [&] {
      std::memset(out, 0, its.size_);
      return write_value(*its.type_, value, out, its.where_);
    });
  }

  // What nearly every key and value is, without a detour.
  template <class Integer>
  static bool encode_integer(const codec& its, PyObject* value, std::byte* out) {
    if (PyLong_CheckExact(value)) {
      int overflow = 0;
      const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
      const bool fits =
          overflow == 0 && (sizeof(Integer) == sizeof(number) ? std::is_signed_v<Integer> || number >= 0
                                                              : std::in_range<Integer>(number));
      if (fits) {
        const auto narrow = static_cast<Integer>(number);
        std::memcpy(out, &narrow, sizeof(narrow));
        return true;
      }
    }
    return encode_type(its, value, out);  // it has the words for what is wrong
  }

  template <class Unsigned>
  static auto integer_encoder(bool is_signed) {
    return is_signed ? encode_integer<std::make_signed_t<Unsigned>> : encode_integer<Unsigned>;
  }

  static auto encoder_of(const bpf::type& type) {
    if (type.kind == type_kind::integer || type.kind == type_kind::pointer) {
      switch (type.size) {
        case 1: return integer_encoder<std::uint8_t>(type.is_signed);
        case 2: return integer_encoder<std::uint16_t>(type.is_signed);
        case 4: return integer_encoder<std::uint32_t>(type.is_signed);
        case 8: return integer_encoder<std::uint64_t>(type.is_signed);
        default: break;
      }
    }
    return &encode_type;
  }

  // --- ctypes

  static PyObject* decode_structure(const codec& its, const std::byte* data) {
    return (*its.structure_)(data, static_cast<std::uint32_t>(its.size_));
  }

  static bool encode_structure(const codec& its, PyObject* value, std::byte* out) {
    const int is_one = PyObject_IsInstance(value, its.class_.get());
    if (is_one < 0) return false;
    if (is_one == 0) {
      PyErr_Format(PyExc_TypeError, "%s is a %s, not %s", its.where_.c_str(),
                   reinterpret_cast<PyTypeObject*>(its.class_.get())->tp_name, Py_TYPE(value)->tp_name);
      return false;
    }
    return copy_buffer(value, its.size_, out, its.where_, "BtfValidationError");
  }

  // --- functions

  static PyObject* decode_call(const codec& its, const std::byte* data) {
    const auto bytes = reference::steal(decode_bytes(its, data));
    return bytes ? PyObject_CallOneArg(its.decode_function_.get(), bytes.get()) : nullptr;
  }

  static bool encode_call(const codec& its, PyObject* value, std::byte* out) {
    const auto bytes = reference::steal(PyObject_CallOneArg(its.encode_function_.get(), value));
    return bytes && copy_buffer(bytes.get(), its.size_, out, its.where_, "BtfValidationError");
  }
};

codec codec::of_bytes(std::string where, std::size_t size) {
  codec made{std::move(where), size};
  made.decode_ = ways::decode_bytes;
  made.encode_ = ways::encode_bytes;
  return made;
}

std::unique_ptr<codec> codec::of_type(std::string where, const bpf::type_ptr& type,
                                      const field_converter& convert, bool as_text) {
  std::unique_ptr<codec> made{new codec{std::move(where), type->size}};
  const bpf::member whole{.name = "", .bit_offset = 0, .bit_size = 0, .type = type};
  made->field_ = make_field_info(whole, made->where_, convert);
  if (!made->field_) return nullptr;
  made->type_ = type;
  made->decode_ = as_text ? ways::decode_text : ways::decode_type;
  made->encode_ = ways::encoder_of(*type);
  return made;
}

std::unique_ptr<codec> codec::of_structure(std::string where, std::size_t size, PyObject* structure) {
  std::unique_ptr<codec> made{new codec{std::move(where), size}};
  if (!decoder::make(structure, made->structure_.emplace())) return nullptr;
  made->class_ = reference::borrow(structure);
  made->decode_ = ways::decode_structure;
  made->encode_ = ways::encode_structure;
  return made;
}

codec codec::of_functions(std::string where, std::size_t size, PyObject* decode, PyObject* encode) {
  codec made{std::move(where), size};
  made.decode_function_ = reference::borrow(decode);
  made.encode_function_ = reference::borrow(encode);
  made.decode_ = ways::decode_call;
  made.encode_ = ways::encode_call;
  return made;
}

int codec::traverse(visitproc visit, void* arg) const {
  if (structure_) {
    if (const int found = structure_->traverse(visit, arg)) return found;
  }
  Py_VISIT(class_.get());
  Py_VISIT(decode_function_.get());
  Py_VISIT(encode_function_.get());
  return 0;
}

void codec::clear() {
  structure_.reset();
  class_ = {};
  decode_function_ = {};
  encode_function_ = {};
}

}  // namespace aiobpf::python
