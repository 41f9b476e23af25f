#pragma once

#include "codec.hpp"
#include "python.hpp"

#include <aiobpf/bpf/map.hpp>

#include <cstddef>
#include <memory>
#include <optional>

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

/// Registers the types `MapView` and `MapIterator`; called once when the module is made. False with an
/// exception set.
///
/// MapView is the base of BpfMap: `[]`, `in`, `del`, `len`, iteration, and what else is called for every
/// entry, without Boost.Python's and Python's frames in between.
bool map_objects_ready(PyObject* module);

/// Initialises a MapView. False with an exception set.
bool init_map_view(PyObject* view, map_access access);

/// The access inside of a MapView, or of a subclass; null with a TypeError set when it is none.
map_access* access_of(PyObject* view);

/// An iterator over a map; it keeps the view. Null with an exception set. Throws bpf::error.
enum class map_part { keys, values, items };
PyObject* make_map_iterator(PyObject* view, map_part part);

/// Registers `MapIterator`. False with an exception set.
bool map_iterator_ready(PyObject* module);

}  // namespace aiobpf::python
