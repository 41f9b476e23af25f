#pragma once

// Python.h first: it sets feature macros that the system headers look at.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <utility>

namespace aiobpf::python {

/// Owns one reference to a Python object. Only used with the GIL held.
class reference {
public:
  reference() = default;
  /// Takes over a new reference (may be null: an exception is set then).
  static reference steal(PyObject* object) noexcept { return reference{object}; }
  static reference borrow(PyObject* object) noexcept {
    Py_XINCREF(object);
    return reference{object};
  }
  reference(const reference& other) noexcept : object_(other.object_) { Py_XINCREF(object_); }
  reference(reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  reference& operator=(reference other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~reference() { Py_XDECREF(object_); }

  PyObject* get() const noexcept { return object_; }
  PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

private:
  explicit reference(PyObject* object) noexcept : object_(object) {}
  PyObject* object_ = nullptr;
};

/// Lets other Python threads run while we are in the kernel.
class gil_released {
public:
  gil_released() : state_(PyEval_SaveThread()) {}
  ~gil_released() { PyEval_RestoreThread(state_); }
  gil_released(const gil_released&) = delete;
  gil_released& operator=(const gil_released&) = delete;

private:
  PyThreadState* state_;
};

}  // namespace aiobpf::python
