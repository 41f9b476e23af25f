#include "errors.hpp"
#include "map_view.hpp"

#include <aiobpf/bpf/maps/cursor.hpp>

#include <string>

namespace aiobpf::python {
namespace {

// The entries of a map, read many a system call.
struct entries {
  entries(reference of, std::shared_ptr<const bpf::map> kept, map_part wanted)
      : view(std::move(of)), map(std::move(kept)), cursor(*map), part(wanted) {}

  reference view;                       // its codecs, and whether it is closed
  std::shared_ptr<const bpf::map> map;  // outlives the cursor
  bpf::map_cursor cursor;
  map_part part;
  std::size_t at = 0;
  bool is_reading = false;  // without the GIL
};

struct iterator_object {
  PyObject_HEAD entries* its;
};

PyTypeObject* iterator_type = nullptr;  // the module's, for as long as the process lives

PyObject* decode(const entries& its, const map_access& access) {
  const auto* key = its.cursor.key(its.at).data();
  const auto* value = its.cursor.value(its.at).data();
  if (its.part == map_part::keys) return access.key.decode(key);
  if (its.part == map_part::values) return access.decode_value(value);
  auto pair = reference::steal(PyTuple_New(2));
  if (!pair) return nullptr;
  for (const int side : {0, 1}) {
    PyObject* decoded = side == 0 ? access.key.decode(key) : access.decode_value(value);
    if (decoded == nullptr) return nullptr;
    PyTuple_SET_ITEM(pair.get(), side, decoded);
  }
  return pair.release();
}

// Whether there is an entry at `at`.
bool advance(entries& its) {
  if (its.at < its.cursor.size()) return true;
  its.is_reading = true;
  struct done {
    entries& of;
    ~done() { of.is_reading = false; }
  } const at_the_end{its};
  its.at = 0;
  const gil_released others_run;
  return its.cursor.read();
}

PyObject* next(PyObject* self) {
  entries* its = reinterpret_cast<iterator_object*>(self)->its;
  const map_access* access = its ? access_of(its->view.get()) : nullptr;
  if (access == nullptr || !access->check_open("map")) return nullptr;
  if (its->is_reading) {
    set_error("BpfBusyError", "another thread is in this iterator: each thread needs its own iterator");
    return nullptr;
  }
  return guarded<PyObject*>("BpfMapError", nullptr, [&]() -> PyObject* {
    if (!advance(*its)) return nullptr;
    if (!access->check_open("map")) return nullptr;  // others ran meanwhile
    PyObject* decoded = decode(*its, *access);
    ++its->at;
    return decoded;
  });
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (const entries* its = reinterpret_cast<iterator_object*>(self)->its) Py_VISIT(its->view.get());
  return 0;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  delete reinterpret_cast<iterator_object*>(self)->its;
  type->tp_free(self);
  Py_DECREF(type);
}

}  // namespace

PyObject* make_map_iterator(PyObject* view, map_part part) {
  const map_access* access = access_of(view);
  if (access == nullptr) return nullptr;
  auto its = std::make_unique<entries>(reference::borrow(view), access->map, part);
  PyObject* self = iterator_type->tp_alloc(iterator_type, 0);
  if (self != nullptr) reinterpret_cast<iterator_object*>(self)->its = its.release();
  return self;
}

bool map_iterator_ready(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
      {Py_tp_iternext, reinterpret_cast<void*>(next)},
      {0, nullptr},
  };
  PyType_Spec spec{"aiobpf._aiobpf.MapIterator", sizeof(iterator_object), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  auto type = reference::steal(PyType_FromSpec(&spec));
  if (!type || PyModule_AddObjectRef(module, "MapIterator", type.get()) != 0) return false;
  iterator_type = reinterpret_cast<PyTypeObject*>(type.release());
  return true;
}

}  // namespace aiobpf::python
