#pragma once

#include "python.hpp"

#include <aiobpf/bpf/error.hpp>

#include <utility>

namespace aiobpf::python {

/// Sets the Python exception for a C++ one. `kind` is the class of aiobpf._errors for the step that failed
/// ("BpfLoadError"); a code that says more (closed, not_found, rejected, permission) chooses its own. Or it
/// is the function "open_error" there, which chooses by the errno.
void set_error(const bpf::error& error, const char* kind) noexcept;

/// Sets the Python exception `kind` of aiobpf._errors with a text of ours.
void set_error(const char* kind, const char* message) noexcept;

/// Translates the exception in flight: bpf::error, std::bad_alloc, std::exception.
void set_current_error(const char* kind) noexcept;

/// Calls `function`; a C++ exception becomes a Python one and `failed` is returned.
template <class Result, class Function>
Result guarded(const char* kind, Result failed, Function&& function) noexcept {
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    set_current_error(kind);
    return failed;
  }
}

}  // namespace aiobpf::python
