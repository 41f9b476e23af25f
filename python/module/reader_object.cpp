#include "reader_object.hpp"

#include "errors.hpp"

#include <structmember.h>

#include <optional>
#include <string>

namespace aiobpf::python {
namespace {

struct reader_object {
  PyObject_HEAD record_reader* reader;
};

// Of events, tagged or not, or of batches. The reader does not keep its owner: an owner that nobody iterates
// over and nobody else keeps ends, and closes the reader.
struct iterator_object {
  PyObject_HEAD PyObject* reader;  // a reader_object
  PyObject* owner;
};

// The module's, for as long as the process lives.
PyTypeObject* reader_type = nullptr;
PyTypeObject* events_type = nullptr;
PyTypeObject* tagged_type = nullptr;
PyTypeObject* batches_type = nullptr;

record_reader& reader_in(PyObject* self) {
  return *reinterpret_cast<reader_object*>(self)->reader;
}
iterator_object& as_iterator(PyObject* self) {
  return *reinterpret_cast<iterator_object*>(self);
}

PyObject* itself(PyObject* self) {
  return Py_NewRef(self);
}

PySendResult send_event(PyObject* self, PyObject*, PyObject** result) {
  PyObject* reader = as_iterator(self).reader;
  return reader_in(reader).next_event(reader, result);
}

PySendResult send_tagged(PyObject* self, PyObject*, PyObject** result) {
  PyObject* reader = as_iterator(self).reader;
  return reader_in(reader).next_tagged(reader, result);
}

PySendResult send_batch(PyObject* self, PyObject*, PyObject** result) {
  PyObject* reader = as_iterator(self).reader;
  return reader_in(reader).next_batch(reader, result);
}

// For those who step an awaitable by next(): a return is a StopIteration with a value.
template <sendfunc Send>
PyObject* next(PyObject* self) {
  PyObject* result = nullptr;
  if (Send(self, Py_None, &result) != PYGEN_RETURN) return result;
  const auto value = reference::steal(result);
  const auto stop = reference::steal(PyObject_CallOneArg(PyExc_StopIteration, value.get()));
  if (stop) PyErr_SetObject(PyExc_StopIteration, stop.get());
  return nullptr;
}

// What generators have, for those who await through one (`anext(events, default)`): throwing ends the
// await, and not the reader.
template <sendfunc Send>
PyObject* send(PyObject* self, PyObject*) {
  return next<Send>(self);
}

PyObject* throw_into(PyObject*, PyObject* arguments) {
  PyObject* type;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  if (!PyArg_UnpackTuple(arguments, "throw", 1, 3, &type, &value, &trace)) return nullptr;
  if (PyExceptionInstance_Check(type)) {
    value = type;
    type = reinterpret_cast<PyObject*>(Py_TYPE(value));
  }
  if (!PyExceptionClass_Check(type)) {
    PyErr_SetString(PyExc_TypeError, "what is thrown is an exception");
    return nullptr;
  }
  PyErr_Restore(Py_NewRef(type), Py_XNewRef(value), trace != Py_None ? Py_XNewRef(trace) : nullptr);
  return nullptr;
}

PyObject* close_await(PyObject*, PyObject*) {
  Py_RETURN_NONE;
}

PyObject* readable(PyObject* self, PyObject*) {
  const auto alive = reference::borrow(self);
  if (!reader_in(self).readable()) return nullptr;
  Py_RETURN_NONE;
}

PyObject* stop(PyObject* self, PyObject*) {
  reader_in(self).close();
  Py_RETURN_NONE;
}

PyObject* check_open(PyObject* self, PyObject*) {
  return guarded<PyObject*>("BpfError", nullptr, [&] {
    reader_in(self).check_open("read a ring buffer");
    return Py_NewRef(Py_None);
  });
}

PyObject* make_iterator(PyTypeObject* type, PyObject* reader, PyObject* owner) {
  PyObject* made = type->tp_alloc(type, 0);
  if (made != nullptr) {
    as_iterator(made).reader = Py_NewRef(reader);
    as_iterator(made).owner = Py_NewRef(owner);
  }
  return made;
}

PyObject* events(PyObject* self, PyObject* owner) {
  return make_iterator(events_type, self, owner);
}

PyObject* tagged(PyObject* self, PyObject* owner) {
  return make_iterator(tagged_type, self, owner);
}

PyObject* batches(PyObject* self, PyObject* owner) {
  return make_iterator(batches_type, self, owner);
}

}  // namespace

PyObject* ledger_dict(const records::ledger& ledger) {
  auto dict = reference::steal(PyDict_New());
  bool done = dict && PyDict_SetItemString(dict.get(), "counted", ledger.counted ? Py_True : Py_False) == 0 &&
              PyDict_SetItemString(dict.get(), "settling", ledger.settling ? Py_True : Py_False) == 0;
  for_each_count(ledger, [&](std::string_view name, std::uint64_t value) {
    if (!done) return;
    const auto number = reference::steal(PyLong_FromUnsignedLongLong(value));
    done = number && PyDict_SetItemString(dict.get(), std::string{name}.c_str(), number.get()) == 0;
  });
  return done ? dict.release() : nullptr;
}

namespace {

// Of the source whose number `which` is, or of all for None.
template <bool Verified>
PyObject* count(PyObject* self, PyObject* which) {
  return guarded<PyObject*>("BpfError", nullptr, [&]() -> PyObject* {
    std::optional<std::uint32_t> source;
    if (which != Py_None) {
      const unsigned long number = PyLong_AsUnsignedLong(which);
      if (number == static_cast<unsigned long>(-1) && PyErr_Occurred()) return nullptr;
      source = static_cast<std::uint32_t>(number);
    }
    return ledger_dict(reader_in(self).count(Verified, source));
  });
}

PyObject* count_types(PyObject* self, PyObject* which) {
  return guarded<PyObject*>("BpfError", nullptr, [&]() -> PyObject* {
    const unsigned long source = PyLong_AsUnsignedLong(which);
    if (source == static_cast<unsigned long>(-1) && PyErr_Occurred()) return nullptr;
    const auto& counts = reader_in(self).count_types(static_cast<std::uint32_t>(source));
    auto all = reference::steal(PyTuple_New(static_cast<Py_ssize_t>(counts.size())));
    for (std::size_t i = 0; all && i < counts.size(); ++i) {
      PyObject* const number = PyLong_FromUnsignedLongLong(counts[i]);
      if (number == nullptr) return nullptr;
      PyTuple_SET_ITEM(all.get(), static_cast<Py_ssize_t>(i), number);
    }
    return all.release();
  });
}

PyObject* begin_drain(PyObject* self, PyObject* wake) {
  return guarded<PyObject*>("BpfError", nullptr, [&]() -> PyObject* {
    const std::size_t number = reader_in(self).begin_drain(wake);
    return number != 0 ? PyLong_FromSize_t(number) : nullptr;
  });
}

PyObject* end_drain(PyObject* self, PyObject* number) {
  const std::size_t which = PyLong_AsSize_t(number);
  if (which == static_cast<std::size_t>(-1) && PyErr_Occurred()) return nullptr;
  return PyLong_FromUnsignedLongLong(reader_in(self).end_drain(which));
}

PyObject* is_open(PyObject* self, void*) {
  return PyBool_FromLong(reader_in(self).is_open());
}

int traverse_reader(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  return reinterpret_cast<reader_object*>(self)->reader ? reader_in(self).traverse(visit, arg) : 0;
}

int clear_reader(PyObject* self) {
  if (reinterpret_cast<reader_object*>(self)->reader) reader_in(self).clear();
  return 0;
}

void dealloc_reader(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  if (auto* reader = reinterpret_cast<reader_object*>(self)->reader) {
    reader->close();
    delete reader;
  }
  type->tp_free(self);
  Py_DECREF(type);
}

int traverse_iterator(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_iterator(self).reader);
  Py_VISIT(as_iterator(self).owner);
  return 0;
}

// Its reader stays: it leads back to us through a task only, and the task is cleared.
int clear_iterator(PyObject* self) {
  Py_CLEAR(as_iterator(self).owner);
  return 0;
}

void dealloc_iterator(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_CLEAR(as_iterator(self).owner);
  Py_CLEAR(as_iterator(self).reader);
  type->tp_free(self);
  Py_DECREF(type);
}

PyMethodDef reader_methods[] = {
    {"events", events, METH_O, nullptr},
    {"batches", batches, METH_O, nullptr},
    {"tagged", tagged, METH_O, nullptr},
    {"begin_drain", begin_drain, METH_O, nullptr},
    {"end_drain", end_drain, METH_O, nullptr},
    {"stop", stop, METH_NOARGS, nullptr},
    {"check_open", check_open, METH_NOARGS, nullptr},
    {"statistics", count<false>, METH_O, nullptr},
    {"verify", count<true>, METH_O, nullptr},
    {"count_types", count_types, METH_O, nullptr},
    {"_readable", readable, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef reader_attributes[] = {
    {"is_open", is_open, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot reader_slots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(traverse_reader)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_reader)},
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc_reader)},
    {Py_tp_methods, reader_methods},
    {Py_tp_getset, reader_attributes},
    {0, nullptr},
};

template <sendfunc Send>
PyMethodDef iterator_methods[] = {
    {"send", send<Send>, METH_O, nullptr},
    {"throw", throw_into, METH_VARARGS, nullptr},
    {"close", close_await, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <sendfunc Send>
PyType_Slot iterator_slots[] = {
    {Py_am_aiter, reinterpret_cast<void*>(itself)},
    {Py_am_anext, reinterpret_cast<void*>(itself)},
    {Py_am_await, reinterpret_cast<void*>(itself)},
    {Py_am_send, reinterpret_cast<void*>(Send)},
    {Py_tp_iter, reinterpret_cast<void*>(itself)},
    {Py_tp_iternext, reinterpret_cast<void*>(next<Send>)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse_iterator)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_iterator)},
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc_iterator)},
    {Py_tp_methods, iterator_methods<Send>},
    {0, nullptr},
};

constexpr unsigned flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION;
PyType_Spec reader_spec{"aiobpf._aiobpf.RecordReader", sizeof(reader_object), 0, flags, reader_slots};
PyType_Spec events_spec{"aiobpf._aiobpf.EventIterator", sizeof(iterator_object), 0, flags,
                        iterator_slots<send_event>};
PyType_Spec tagged_spec{"aiobpf._aiobpf.TaggedIterator", sizeof(iterator_object), 0, flags,
                        iterator_slots<send_tagged>};
PyType_Spec batches_spec{"aiobpf._aiobpf.BatchIterator", sizeof(iterator_object), 0, flags,
                         iterator_slots<send_batch>};

PyTypeObject* make_type(PyObject* module, PyType_Spec& spec, const char* name) {
  PyObject* type = PyType_FromSpec(&spec);
  if (type == nullptr || PyModule_AddObjectRef(module, name, type) != 0) return nullptr;
  return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace

bool reader_objects_ready(PyObject* module) {
  return (reader_type = make_type(module, reader_spec, "RecordReader")) != nullptr &&
         (events_type = make_type(module, events_spec, "EventIterator")) != nullptr &&
         (tagged_type = make_type(module, tagged_spec, "TaggedIterator")) != nullptr &&
         (batches_type = make_type(module, batches_spec, "BatchIterator")) != nullptr;
}

PyObject* make_reader_object(std::shared_ptr<loop::polled_stream> from) {
  auto reader = std::make_unique<record_reader>(std::move(from));
  PyObject* made = reader_type->tp_alloc(reader_type, 0);
  if (made != nullptr) reinterpret_cast<reader_object*>(made)->reader = reader.release();
  return made;
}

record_reader* reader_of(PyObject* object) {
  if (Py_TYPE(object) == reader_type) return reinterpret_cast<reader_object*>(object)->reader;
  PyErr_SetString(PyExc_TypeError, "not a RecordReader");
  return nullptr;
}

}  // namespace aiobpf::python
