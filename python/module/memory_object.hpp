#pragma once

#include "python.hpp"

#include <cstddef>
#include <memory>

namespace aiobpf::python {

/// Registers the type `Memory`; called once when the module is made. False with an exception set.
bool memory_object_ready(PyObject* module);

/// A Memory: a buffer over memory that it keeps, so that memoryviews and NumPy arrays over it may outlive all
/// else. Null with an exception set.
PyObject* make_memory_object(std::shared_ptr<std::byte> memory, std::size_t size, bool is_read_only);

}  // namespace aiobpf::python
