#pragma once

#include "decoder_table.hpp"
#include "python.hpp"

#include <aiobpf/records/batch.hpp>

namespace aiobpf::python {

/// Registers the type `Batch`; called once when the module is made. False with an exception set.
bool batch_object_ready(PyObject* module);

/// A Batch of the records of `records` without the first `skip`: a sequence of events, and a buffer when all
/// have one length. Null with an exception set. Throws std::bad_alloc.
PyObject* make_batch(const records::batch& from, std::size_t skip, const decoder_table& decoders);

}  // namespace aiobpf::python
