#pragma once

#include "python.hpp"

namespace aiobpf::python {

/// Sets an exception aside that is on its way while we call Python (a dealloc, an __aexit__).
class exception_kept {
public:
  exception_kept() { PyErr_Fetch(&type_, &value_, &trace_); }
  ~exception_kept() { PyErr_Restore(type_, value_, trace_); }
  exception_kept(const exception_kept&) = delete;
  exception_kept& operator=(const exception_kept&) = delete;

private:
  PyObject* type_;
  PyObject* value_;
  PyObject* trace_;
};

}  // namespace aiobpf::python
