#pragma once

#include "errors.hpp"
#include "field_reader.hpp"
#include "python.hpp"

#include <boost/python.hpp>

#include <span>
#include <string_view>
#include <utility>

namespace aiobpf::python {

/// Types, and the classes of events made from them, into the current scope.
void bind_types();
/// Objects, programs, maps and links, into the current scope.
void bind_objects();
/// Maps, into the current scope.
void bind_maps();
/// Codecs, and types that are no BTF's, into the current scope.
void bind_codecs();
/// BTF of the kernel, of files and of bytes, into the current scope.
void bind_btf();
/// Rings that are read without a stream, and those that programs read, into the current scope.
void bind_rings();
/// Variables of objects, into the current scope.
void bind_variables();
/// What Python makes of a field's type, by the function convert(field, type) of the package.
field_converter to_converter(const boost::python::object& convert);
/// Readers and the ring in memory, into the current scope.
void bind_readers();
/// What the compiler and the generator of skeletons ask, into the current scope.
void bind_tools();
/// Probes, into the current scope.
void bind_probes();

/// Perf buffers, into the current scope.
void bind_perf();

/// User rings, into the current scope.
void bind_user_ring();

/// A bytes-like argument, readable while this lives.
class bytes_argument {
public:
  explicit bytes_argument(const boost::python::object& from, int flags = PyBUF_SIMPLE) {
    if (PyObject_GetBuffer(from.ptr(), &view_, flags) != 0) boost::python::throw_error_already_set();
  }
  ~bytes_argument() { PyBuffer_Release(&view_); }
  bytes_argument(const bytes_argument&) = delete;
  bytes_argument& operator=(const bytes_argument&) = delete;

  std::span<const std::byte> get() const {
    return {static_cast<const std::byte*>(view_.buf), static_cast<std::size_t>(view_.len)};
  }
  std::span<std::byte> writable() const {
    return {static_cast<std::byte*>(view_.buf), static_cast<std::size_t>(view_.len)};
  }

private:
  Py_buffer view_;
};

/// Calls `function`; a C++ exception becomes the Python one that `kind` names, in Boost.Python's way.
template <class Function>
auto translated(const char* kind, Function&& function) -> decltype(function()) {
  try {
    return std::forward<Function>(function)();
  } catch (const boost::python::error_already_set&) {
    throw;
  } catch (...) {
    set_current_error(kind);
    boost::python::throw_error_already_set();
    __builtin_unreachable();
  }
}

/// A str; names are C's and paths Linux's, so bytes that are not UTF-8 are kept as os.fsdecode() keeps them.
inline boost::python::object to_str(std::string_view text) {
  return boost::python::object(boost::python::handle<>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape")));
}

inline boost::python::object to_bytes(std::span<const std::byte> data) {
  return boost::python::object(boost::python::handle<>(PyBytes_FromStringAndSize(
      reinterpret_cast<const char*>(data.data()), static_cast<Py_ssize_t>(data.size()))));
}

}  // namespace aiobpf::python
