#include "decoder.hpp"

#include "errors.hpp"

#include <cstring>
#include <string>

namespace aiobpf::python {
namespace {

// CPython's CDataObject (Modules/_ctypes/ctypes.h) begins with its header and then the pointer to its bytes.
// Copying there is three times faster than from_buffer_copy(). Not a public promise, so it is checked
// against ctypes.addressof() for each class before it is relied on.
struct ctypes_object {
  PyObject_HEAD char* bytes;
};

// 1: the pointer stands where we think; 0: it does not; -1: an exception is set.
int pointer_is_known(PyObject* ctypes, PyObject* type, newfunc make) {
  const auto nothing = reference::steal(PyTuple_New(0));
  const auto instance =
      nothing ? reference::steal(make(reinterpret_cast<PyTypeObject*>(type), nothing.get(), nullptr))
              : reference{};
  if (!instance) return -1;
  const auto address = reference::steal(PyObject_CallMethod(ctypes, "addressof", "O", instance.get()));
  if (!address) return -1;
  const auto* bytes = reinterpret_cast<ctypes_object*>(instance.get())->bytes;
  return PyLong_AsVoidPtr(address.get()) == bytes ? 1 : 0;
}

bool fits_ctypes_object(PyObject* type) {
  return reinterpret_cast<PyTypeObject*>(type)->tp_basicsize >=
         static_cast<Py_ssize_t>(sizeof(ctypes_object));
}

}  // namespace

bool decoder::make(PyObject* event_type, decoder& out) {
  decoder made;
  if (event_type == reinterpret_cast<PyObject*>(&PyBytes_Type)) {
    out = std::move(made);
    return true;
  }
  made.type_ = reference::borrow(event_type);
  made.layout_ = layout_of(event_type);
  if (made.layout_ != nullptr) {
    made.size_ = made.layout_->size;
    made.kind_ = kind::event;
    out = std::move(made);
    return true;
  }
  const auto ctypes = reference::steal(PyImport_ImportModule("ctypes"));
  const auto base =
      ctypes ? reference::steal(PyObject_GetAttrString(ctypes.get(), "Structure")) : reference{};
  if (!base) return false;
  const int derived = PyType_Check(event_type) ? PyObject_IsSubclass(event_type, base.get()) : 0;
  if (derived < 0) return false;
  if (derived == 0) {
    PyErr_Format(
        PyExc_TypeError,
        "event_type is bytes, a ctypes.Structure subclass, or the name of a struct in the object's BTF, "
        "not %R",
        event_type);
    return false;
  }
  const auto size = reference::steal(PyObject_CallMethod(ctypes.get(), "sizeof", "O", event_type));
  made.empty_ = reference::steal(PyTuple_New(0));
  if (!size || !made.empty_) return false;
  made.kind_ = kind::structure;
  made.size_ = PyLong_AsSize_t(size.get());
  // As from_buffer_copy() does: neither the class's own __new__ nor its __init__ is called.
  made.new_ = reinterpret_cast<PyTypeObject*>(base.get())->tp_new;
  const int known =
      fits_ctypes_object(event_type) ? pointer_is_known(ctypes.get(), event_type, made.new_) : 0;
  if (known < 0) return false;
  if (known == 0) {
    made.from_buffer_copy_ = reference::steal(PyObject_GetAttrString(event_type, "from_buffer_copy"));
    if (!made.from_buffer_copy_) return false;
  }
  out = std::move(made);
  return true;
}

PyObject* decoder::make_structure(const std::byte* data) const {
  if (from_buffer_copy_) {
    const auto bytes = reference::steal(
        PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data), static_cast<Py_ssize_t>(size_)));
    return bytes ? PyObject_CallOneArg(from_buffer_copy_.get(), bytes.get()) : nullptr;
  }
  const std::size_t size = size_;  // an allocation may run anybody's code, and that may move us
  PyObject* made = new_(reinterpret_cast<PyTypeObject*>(type_.get()), empty_.get(), nullptr);
  if (made != nullptr) std::memcpy(reinterpret_cast<ctypes_object*>(made)->bytes, data, size);
  return made;
}

PyObject* decoder::wrong_length(std::uint32_t length) const {
  return guarded<PyObject*>("BtfValidationError", nullptr, [&]() -> PyObject* {
    const std::string message =
        "a record of " + std::to_string(length) + " bytes came, and " +
        reinterpret_cast<PyTypeObject*>(type_.get())->tp_name + " has " + std::to_string(size_) +
        ": this event_type is not what the ring's programs emit (bytes takes any record)";
    set_error("BtfValidationError", message.c_str());
    return nullptr;
  });
}

}  // namespace aiobpf::python
