#include "errors.hpp"

#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace aiobpf::python {
namespace {

// The class a code chooses by itself; null when the step that failed says more.
const char* class_of(const boost::system::error_code& code) noexcept {
  if (code.category() == bpf::aiobpf_category()) {
    switch (static_cast<bpf::errc>(code.value())) {
      case bpf::errc::closed: return "BpfClosedError";
      case bpf::errc::busy:
      case bpf::errc::ring_taken: return "BpfBusyError";
      case bpf::errc::not_found: return "BpfNotFoundError";
      case bpf::errc::not_supported: return "BpfUnsupportedError";
      case bpf::errc::rejected: return "BpfVerifierError";
      case bpf::errc::invalid_expression: return "BpfExpressionError";
      default: return nullptr;
    }
  }
  if (code.category() != boost::system::system_category()) return nullptr;
  switch (code.value()) {
    case EPERM:
    case EACCES: return "BpfPermissionError";
    case EMFILE:
    case ENFILE: return "BpfSyscallError";
    default: return nullptr;
  }
}

reference error_class(const char* kind) noexcept {
  const auto module = reference::steal(PyImport_ImportModule("aiobpf._errors"));
  return module ? reference::steal(PyObject_GetAttrString(module.get(), kind)) : reference{};
}

}  // namespace

void set_error(const bpf::error& error, const char* kind) noexcept {
  const bool by_errno = kind == std::string_view{"open_error"} && error.code() != bpf::errc::not_supported;
  const char* own = by_errno ? nullptr : class_of(error.code());
  const auto cls = error_class(own ? own : kind);
  if (!cls) return;
  const int number = error.code().category() == boost::system::system_category() ? error.code().value() : 0;
  // The log is the kernel's: bytes that need not be UTF-8.
  const auto log = reference::steal(
      PyUnicode_DecodeUTF8(error.log().data(), static_cast<Py_ssize_t>(error.log().size()), "replace"));
  const auto text = reference::steal(PyUnicode_DecodeUTF8(
      error.what(), static_cast<Py_ssize_t>(std::char_traits<char>::length(error.what())), "replace"));
  if (!log || !text) return;
  const auto made = reference::steal(
      PyObject_CallFunction(cls.get(), "OiO", text.get(), number, error.log().empty() ? Py_None : log.get()));
  if (made) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.get())), made.get());
}

void set_error(const char* kind, const char* message) noexcept {
  if (const auto cls = error_class(kind)) PyErr_SetString(cls.get(), message);
}

void set_current_error(const char* kind) noexcept {
  try {
    throw;
  } catch (const bpf::error& error) {
    set_error(error, kind);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

}  // namespace aiobpf::python
