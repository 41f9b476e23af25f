#include "batch_object.hpp"

#include "errors.hpp"

#include <new>
#include <optional>

namespace aiobpf::python {
namespace {

struct batch_state {
  records::batch taken;
  decoder_table decoders;
  // For the buffer protocol: bytes in two dimensions.
  Py_ssize_t shape[2] = {0, 0};
  Py_ssize_t strides[2] = {0, 1};

  Py_ssize_t size() const noexcept { return static_cast<Py_ssize_t>(taken.size()); }
};

struct batch_object {
  PyObject_HEAD batch_state* state;
};

PyTypeObject* batch_type = nullptr;  // the module's, for as long as the process lives

batch_state& state_of(PyObject* self) {
  return *reinterpret_cast<batch_object*>(self)->state;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete reinterpret_cast<batch_object*>(self)->state;
  PyObject_Free(self);
  Py_DECREF(type);
}

Py_ssize_t length(PyObject* self) {
  return state_of(self).size();
}

// Whether there is a record number i; if not, an exception is set.
bool has(PyObject* self, Py_ssize_t i) {
  if (i >= 0 && i < length(self)) return true;
  PyErr_SetString(PyExc_IndexError, "batch index out of range");
  return false;
}

PyObject* item(PyObject* self, Py_ssize_t i) {
  if (!has(self, i)) return nullptr;
  const batch_state& state = state_of(self);
  const auto record = state.taken[static_cast<std::size_t>(i)];
  const auto length = static_cast<std::uint32_t>(record.data.size());
  return (*state.decoders[record.source].choose(record.data.data(), length).made)(record.data.data(), length);
}

PyObject* source(PyObject* self, PyObject* index) {
  Py_ssize_t i = PyNumber_AsSsize_t(index, PyExc_IndexError);
  if (i == -1 && PyErr_Occurred()) return nullptr;
  if (i < 0) i += length(self);
  return has(self, i) ? PyLong_FromUnsignedLong(state_of(self).taken[static_cast<std::size_t>(i)].source)
                      : nullptr;
}

PyObject* cpu(PyObject* self, PyObject* index) {
  Py_ssize_t i = PyNumber_AsSsize_t(index, PyExc_IndexError);
  if (i == -1 && PyErr_Occurred()) return nullptr;
  if (i < 0) i += length(self);
  if (!has(self, i)) return nullptr;
  const std::int32_t number = state_of(self).taken[static_cast<std::size_t>(i)].cpu;
  return number >= 0 ? PyLong_FromLong(number) : Py_NewRef(Py_None);
}

PyObject* sources(PyObject* self, void*) {
  const batch_state& state = state_of(self);
  auto tuple = reference::steal(PyTuple_New(state.size()));
  auto at = state.taken.begin();
  for (Py_ssize_t i = 0; tuple && i < state.size(); ++i, ++at) {
    PyObject* number = PyLong_FromUnsignedLong(at.source());
    if (number == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), i, number);
  }
  return tuple.release();
}

// Nothing can change it.
PyObject* copy(PyObject* self, PyObject*) {
  return Py_NewRef(self);
}

PyObject* reduce(PyObject* self, PyObject*) {
  auto events = reference::steal(PySequence_List(self));
  return events ? Py_BuildValue("O(N)", &PyList_Type, events.release()) : nullptr;
}

// The names of an event's fields. Null with an exception set where it has none.
reference field_names(PyObject* event) {
  auto names = reference::steal(PyObject_GetAttrString(event, "_fields"));
  if (!names && PyErr_ExceptionMatches(PyExc_AttributeError)) {
    PyErr_Format(PyExc_TypeError, "%s has no fields by name: give the buffer an event_type made from BTF",
                 Py_TYPE(event)->tp_name);
  }
  return names;
}

PyObject* as_dict(PyObject* self, PyObject*) {
  const auto events = reference::steal(PySequence_List(self));
  if (!events) return nullptr;
  PyObject* first = PyList_GET_ITEM(events.get(), 0);  // a batch is never empty
  for (Py_ssize_t i = 1; i < PyList_GET_SIZE(events.get()); ++i) {
    PyObject* event = PyList_GET_ITEM(events.get(), i);
    if (Py_TYPE(event) == Py_TYPE(first)) continue;
    return PyErr_Format(PyExc_TypeError, "columns are of events of one type, these are of %s and %s",
                        Py_TYPE(first)->tp_name, Py_TYPE(event)->tp_name);
  }
  const auto names = field_names(first);
  const auto name_of = names ? reference::steal(PyObject_GetIter(names.get())) : reference{};
  auto columns = name_of ? reference::steal(PyDict_New()) : reference{};
  if (!columns) return nullptr;
  while (const auto name = reference::steal(PyIter_Next(name_of.get()))) {
    const auto column = reference::steal(PyList_New(0));
    if (!column || PyDict_SetItem(columns.get(), name.get(), column.get()) != 0) return nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(events.get()); ++i) {
      const auto value = reference::steal(PyObject_GetAttr(PyList_GET_ITEM(events.get(), i), name.get()));
      if (!value || PyList_Append(column.get(), value.get()) != 0) return nullptr;
    }
  }
  return PyErr_Occurred() ? nullptr : columns.release();
}

PyObject* subscript(PyObject* self, PyObject* key) {
  const Py_ssize_t size = state_of(self).size();
  if (PyIndex_Check(key)) {
    const Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (i == -1 && PyErr_Occurred()) return nullptr;
    return item(self, i < 0 ? i + size : i);
  }
  if (!PySlice_Check(key)) {
    PyErr_Format(PyExc_TypeError, "batch indices are integers or slices, not %s", Py_TYPE(key)->tp_name);
    return nullptr;
  }
  Py_ssize_t start;
  Py_ssize_t stop;
  Py_ssize_t step;
  if (PySlice_Unpack(key, &start, &stop, &step) != 0) return nullptr;
  const Py_ssize_t count = PySlice_AdjustIndices(size, &start, &stop, step);
  auto list = reference::steal(PyList_New(count));
  for (Py_ssize_t i = 0; list && i < count; ++i) {
    PyObject* event = item(self, start + i * step);
    if (event == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), i, event);
  }
  return list.release();
}

// How all records lie in memory, when they have one length and one stride; a batch copies them so that they
// do.
std::optional<records::segment> common_layout(const records::batch& taken) {
  const auto segments = taken.segments();
  const records::segment first = segments.front();
  const std::byte* next = first.data;
  for (const auto& segment : segments) {
    const bool fits =
        segment.is_uniform() && segment.length == first.length && segment.stride == first.stride;
    if (!fits || segment.data != next) return std::nullopt;
    next += segment.extent();
  }
  return first;
}

// The bits of PyBUF_C_CONTIGUOUS and its like beside PyBUF_STRIDES.
constexpr int contiguous = (PyBUF_C_CONTIGUOUS | PyBUF_F_CONTIGUOUS | PyBUF_ANY_CONTIGUOUS) & ~PyBUF_STRIDES;

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  batch_state& state = state_of(self);
  const auto common = common_layout(state.taken);
  const char* refusal = nullptr;
  if (!common) {
    refusal = "the batch's records differ in length, or are not at equal distances: iterate over it";
  } else if ((flags & PyBUF_WRITABLE) == PyBUF_WRITABLE) {
    refusal = "a batch is read-only";
  } else if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES || (flags & contiguous) != 0) {
    refusal =
        "a batch is a strided buffer (records are not back to back): ask for it with numpy.asarray or "
        "memoryview";
  }
  if (refusal != nullptr) {
    PyErr_SetString(PyExc_BufferError, refusal);
    view->obj = nullptr;
    return -1;
  }
  state.shape[0] = state.size();
  state.shape[1] = static_cast<Py_ssize_t>(common->length);
  state.strides[0] = static_cast<Py_ssize_t>(common->stride);

  view->obj = Py_NewRef(self);
  view->buf = const_cast<std::byte*>(common->data);
  view->len = state.shape[0] * state.shape[1];
  view->readonly = 1;
  view->itemsize = 1;
  view->format = (flags & PyBUF_FORMAT) == PyBUF_FORMAT ? const_cast<char*>("B") : nullptr;
  view->ndim = 2;
  view->shape = state.shape;
  view->strides = state.strides;
  view->suboffsets = nullptr;
  view->internal = nullptr;
  return 0;
}

PyObject* repr(PyObject* self) {
  return PyUnicode_FromFormat("<aiobpf.Batch of %zd events>", length(self));
}

PyMethodDef methods[] = {
    {"source", source, METH_O, "The number of an event's source, as Stream.add() returned it."},
    {"cpu", cpu, METH_O, "The CPU that emitted an event; None where its source does not know."},
    {"_asdict", as_dict, METH_NOARGS,
     "Columns by name: of each field the values of all events, in a list. TypeError when they have no "
     "fields\n"
     "(bytes), or are of several types."},
    {"__copy__", copy, METH_NOARGS, nullptr},
    {"__deepcopy__", copy, METH_O, nullptr},
    {"__reduce__", reduce, METH_NOARGS, "A pickled batch is the list of its events."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "Batch[E], for type checkers."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"sources", sources, nullptr, "The number of each event's source.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
    {Py_tp_repr, reinterpret_cast<void*>(repr)},
    {Py_sq_length, reinterpret_cast<void*>(length)},
    {Py_sq_item, reinterpret_cast<void*>(item)},
    {Py_mp_length, reinterpret_cast<void*>(length)},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)},
    {Py_tp_doc,
     const_cast<char*>(
         "Records that were read together: a read-only sequence of events, and, when all have one length, a\n"
         "strided buffer of unsigned bytes with the shape (events, bytes of an event), without a copy:\n"
         "numpy.asarray(batch).view(dtype). A pickled batch is the list of its events.")},
    {0, nullptr},
};

PyType_Spec spec{"aiobpf.Batch", sizeof(batch_object), 0,
                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_SEQUENCE, slots};

}  // namespace

bool batch_object_ready(PyObject* module) {
  batch_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return batch_type != nullptr &&
         PyModule_AddObjectRef(module, "Batch", reinterpret_cast<PyObject*>(batch_type)) == 0;
}

PyObject* make_batch(std::span<const records::segment> records, const decoder_table& decoders) {
  // A copy: Python may keep it for as long as it likes, and no ring waits for that.
  auto state = std::make_unique<batch_state>();
  state->taken.append(records);
  state->decoders = decoders;
  auto* made = static_cast<batch_object*>(PyObject_Malloc(sizeof(batch_object)));
  if (made == nullptr) return PyErr_NoMemory();
  PyObject_Init(reinterpret_cast<PyObject*>(made), batch_type);
  made->state = state.release();
  return reinterpret_cast<PyObject*>(made);
}

}  // namespace aiobpf::python
