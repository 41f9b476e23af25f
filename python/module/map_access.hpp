#pragma once

#include "codec.hpp"
#include "python.hpp"

#include <aiobpf/bpf/map.hpp>

#include <cstddef>
#include <memory>

namespace aiobpf::python {

/// What is inside of a MapView: a map, and how its keys and values are read and written.
struct map_access {
  std::shared_ptr<const bpf::map> map;  ///< null: closed
  codec key;
  codec value;
  std::size_t cpus = 0;  ///< that have a value of their own each; 0: the map is not per CPU

  /// Sets BpfClosedError when it is closed.
  bool check_open(const char* name) const;

  /// The value as Python has it: of a per-CPU map a list. Null with an exception set.
  PyObject* decode_value(const std::byte* data) const;
  /// Writes the value of all CPUs. False with an exception set.
  bool encode_value(PyObject* value, std::byte* out) const;
};

}  // namespace aiobpf::python
