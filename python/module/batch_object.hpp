#pragma once

#include "decoder_table.hpp"
#include "python.hpp"

#include <aiobpf/records/batch.hpp>

#include <span>

namespace aiobpf::python {

/// Registers the type `Batch`; called once when the module is made. False with an exception set.
bool batch_object_ready(PyObject* module);

/// A Batch of a copy of `records`, none of which is skipped: a sequence of events, and a buffer when all have
/// one length. Null with an exception set. Throws std::bad_alloc.
PyObject* make_batch(std::span<const records::segment> records, const decoder_table& decoders);

}  // namespace aiobpf::python
