#pragma once

#include "python.hpp"
#include "record_reader.hpp"

namespace aiobpf::python {

/// Registers the types `RecordReader`, `EventIterator`, `TaggedIterator` and `BatchIterator`; called once
/// when the module is made. False with an exception set.
///
/// `reader.events(owner)`, `reader.tagged(owner)` (of tuples of a source's number and an event) and
/// `reader.batches(owner)` give asynchronous iterators, which keep the owner
/// alive. An iterator is its own awaitable, and ends its await by am_send's PYGEN_RETURN: no coroutine, no
/// Future and no StopIteration an event.
bool reader_objects_ready(PyObject* module);

/// A RecordReader. Null with an exception set.
PyObject* make_reader_object(std::shared_ptr<loop::polled_stream> from);

/// A dict of all counts by name, made from the tables of records/ledger.hpp. Null with an exception set.
PyObject* ledger_dict(const records::ledger& ledger);

/// The reader inside of a RecordReader; null with a TypeError set when it is none.
record_reader* reader_of(PyObject* object);

}  // namespace aiobpf::python
