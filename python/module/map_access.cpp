#include "map_access.hpp"

#include "errors.hpp"

#include <cstring>
#include <string>

namespace aiobpf::python {
namespace {

std::size_t padded(std::size_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace

bool map_access::check_open(const char* what) const {
  if (map) return true;
  set_error("BpfClosedError", (std::string{what} + ": its object was closed").c_str());
  return false;
}

PyObject* map_access::decode_value(const std::byte* data) const {
  if (cpus == 0) return value.decode(data);
  auto list = reference::steal(PyList_New(static_cast<Py_ssize_t>(cpus)));
  for (std::size_t cpu = 0; list && cpu < cpus; ++cpu) {
    PyObject* one = value.decode(data + cpu * padded(value.size()));
    if (one == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(cpu), one);
  }
  return list.release();
}

bool map_access::encode_value(PyObject* from, std::byte* out) const {
  if (cpus == 0) return value.encode(from, out);
  const std::string name = "map " + map->name();
  if (PyObject_CheckBuffer(from) || PyUnicode_Check(from) || !PySequence_Check(from)) {
    PyErr_Format(PyExc_TypeError, "%s is per CPU: a value is a list, one for each possible CPU (%zu)",
                 name.c_str(), cpus);
    return false;
  }
  const auto list = reference::steal(PySequence_Tuple(from));  // ours: nobody changes it meanwhile
  if (!list) return false;
  if (static_cast<std::size_t>(PyTuple_GET_SIZE(list.get())) != cpus) {
    set_error("BpfMapError",
              (name + " is per CPU: there are " + std::to_string(cpus) + " possible CPUs, and " +
               std::to_string(PyTuple_GET_SIZE(list.get())) + " values were given")
                  .c_str());
    return false;
  }
  std::memset(out, 0, cpus * padded(value.size()));
  for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
    if (!value.encode(PyTuple_GET_ITEM(list.get(), static_cast<Py_ssize_t>(cpu)),
                      out + cpu * padded(value.size())))
      return false;
  }
  return true;
}

}  // namespace aiobpf::python
