#pragma once

#include "map_access.hpp"
#include "python.hpp"

namespace aiobpf::python {

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
