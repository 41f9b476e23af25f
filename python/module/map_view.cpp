#include "map_view.hpp"

#include "errors.hpp"
#include "scratch.hpp"

#include <aiobpf/bpf/maps/batch.hpp>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::python {
namespace {

struct view_object {
  PyObject_HEAD std::optional<map_access> access;
};

PyTypeObject* view_type = nullptr;  // the module's, for as long as the process lives

// What an open view has; null with an exception set.
const map_access* open_access(PyObject* self) {
  auto& access = reinterpret_cast<view_object*>(self)->access;
  if (!access) {
    PyErr_SetString(PyExc_RuntimeError, "this map was not initialised");
    return nullptr;
  }
  return access->check_open("map") ? &*access : nullptr;
}

template <class Result, class Function>
Result on_map(PyObject* self, Result failed, Function&& function) noexcept {
  const map_access* its = open_access(self);
  if (its == nullptr) return failed;
  // Encoding may run anybody's code, and that may close the view: so keep the map.
  const auto kept = its->map;
  return guarded<Result>("BpfMapError", failed, [&] { return function(*its, *kept); });
}

void set_missing(const map_access& its, PyObject* key) {
  const auto repr = reference::steal(PyBytes_Check(key) || PyByteArray_Check(key) || PyMemoryView_Check(key)
                                         ? PyObject_CallMethod(key, "hex", "s", " ")
                                         : PyObject_Repr(key));
  const char* text = repr ? PyUnicode_AsUTF8(repr.get()) : nullptr;
  if (text == nullptr) return;
  set_error("BpfNotFoundError", ("map " + its.map->name() + ": no key " + text).c_str());
}

// 1: found; 0: missing; -1: an exception is set.
int read(const map_access& its, const bpf::map& map, PyObject* key, scratch& key_bytes, scratch& value,
         std::uint64_t flags) {
  if (!its.key.encode(key, key_bytes.data())) return -1;
  return map.read(key_bytes.span(), value.span(), flags) ? 1 : 0;
}

PyObject* subscript(PyObject* self, PyObject* key) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    scratch key_bytes{map.key_size()};
    scratch value{map.value_bytes()};
    const int found = read(its, map, key, key_bytes, value, 0);
    if (found > 0) return its.decode_value(value.data());
    if (found == 0) set_missing(its, key);
    return nullptr;
  });
}

bool set_one(const map_access& its, const bpf::map& map, PyObject* key, PyObject* value,
             std::uint64_t flags) {
  scratch key_bytes{map.key_size()};
  scratch value_bytes{map.value_bytes()};
  if (!its.key.encode(key, key_bytes.data()) || !its.encode_value(value, value_bytes.data())) return false;
  map.update(key_bytes.span(), value_bytes.span(), flags);
  return true;
}

// 1: removed; 0: missing; -1: an exception is set.
int erase_one(const map_access& its, const bpf::map& map, PyObject* key, bool must_be_there) {
  scratch key_bytes{map.key_size()};
  if (!its.key.encode(key, key_bytes.data())) return -1;
  if (map.erase(key_bytes.span())) return 1;
  if (!must_be_there) return 0;
  set_missing(its, key);
  return -1;
}

int assign(PyObject* self, PyObject* key, PyObject* value) {
  return on_map<int>(self, -1, [&](const map_access& its, const bpf::map& map) {
    if (value == nullptr) return erase_one(its, map, key, true) < 0 ? -1 : 0;
    return set_one(its, map, key, value, 0) ? 0 : -1;
  });
}

int contains(PyObject* self, PyObject* key) {
  return on_map<int>(self, -1, [&](const map_access& its, const bpf::map& map) {
    scratch key_bytes{map.key_size()};
    scratch value{map.value_bytes()};
    return read(its, map, key, key_bytes, value, 0);
  });
}

Py_ssize_t length(PyObject* self) {
  return on_map<Py_ssize_t>(self, -1, [&](const map_access&, const bpf::map& map) {
    const gil_released others_run;
    return static_cast<Py_ssize_t>(bpf::count(map));
  });
}

PyObject* iterate(PyObject* self) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access&, const bpf::map&) {
    return make_map_iterator(self, map_part::keys);
  });
}

// --- methods

PyObject* lookup(PyObject* self, PyObject* arguments, PyObject* named) {
  static const char* names[] = {"key", "default", "flags", nullptr};
  PyObject* key = nullptr;
  PyObject* otherwise = Py_None;
  unsigned long long flags = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, named, "O|OK", const_cast<char**>(names), &key, &otherwise,
                                   &flags)) {
    return nullptr;
  }
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    scratch key_bytes{map.key_size()};
    scratch value{map.value_bytes()};
    const int found = read(its, map, key, key_bytes, value, flags);
    if (found > 0) return its.decode_value(value.data());
    return found == 0 ? Py_NewRef(otherwise) : nullptr;
  });
}

PyObject* set(PyObject* self, PyObject* arguments) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  unsigned long long flags = 0;
  if (!PyArg_ParseTuple(arguments, "OO|K", &key, &value, &flags)) return nullptr;
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    return set_one(its, map, key, value, flags) ? Py_NewRef(Py_None) : nullptr;
  });
}

PyObject* erase(PyObject* self, PyObject* key) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    const int erased = erase_one(its, map, key, false);
    return erased < 0 ? nullptr : PyBool_FromLong(erased);
  });
}

// A pair of the value, and whether it was there.
PyObject* take(PyObject* self, PyObject* key) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    scratch key_bytes{map.key_size()};
    if (!its.key.encode(key, key_bytes.data())) return nullptr;
    const auto value = map.lookup_and_erase(key_bytes.span());
    if (!value) return Py_BuildValue("(OO)", Py_None, Py_False);
    const auto decoded = reference::steal(its.decode_value(value->data()));
    return decoded ? Py_BuildValue("(OO)", decoded.get(), Py_True) : nullptr;
  });
}

// Keys and values of an iterable of pairs, in as few system calls as there can be.
PyObject* set_many(PyObject* self, PyObject* pairs) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    const auto items = reference::steal(PySequence_Fast(pairs, "pairs of keys and values are needed"));
    if (!items) return nullptr;
    std::vector<std::byte> keys;
    std::vector<std::byte> values;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      const auto item = reference::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
      const auto pair = reference::steal(PySequence_Tuple(item.get()));
      if (!pair) return nullptr;
      if (PyTuple_GET_SIZE(pair.get()) != 2) {
        PyErr_SetString(PyExc_ValueError, "pairs of keys and values are needed");
        return nullptr;
      }
      keys.resize(keys.size() + map.key_size());
      values.resize(values.size() + map.value_bytes());
      if (!its.key.encode(PyTuple_GET_ITEM(pair.get(), 0), keys.data() + keys.size() - map.key_size()) ||
          !its.encode_value(PyTuple_GET_ITEM(pair.get(), 1),
                            values.data() + values.size() - map.value_bytes())) {
        return nullptr;
      }
    }
    if (!keys.empty()) {
      const gil_released others_run;
      bpf::update_many(map, keys, values);
    }
    Py_RETURN_NONE;
  });
}

PyObject* clear_all(PyObject* self, PyObject*) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access&, const bpf::map& map) {
    std::size_t erased = 0;
    {
      const gil_released others_run;
      erased = bpf::clear(map);
    }
    return PyLong_FromSize_t(erased);
  });
}

template <map_part part>
PyObject* iterate_over(PyObject* self, PyObject*) {
  return on_map<PyObject*>(self, nullptr,
                           [&](const map_access&, const bpf::map&) { return make_map_iterator(self, part); });
}

// --- without keys

PyObject* push(PyObject* self, PyObject* arguments) {
  PyObject* value = nullptr;
  unsigned long long flags = 0;
  if (!PyArg_ParseTuple(arguments, "O|K", &value, &flags)) return nullptr;
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    scratch bytes{map.value_bytes()};
    if (!its.encode_value(value, bytes.data())) return nullptr;
    map.push(bytes.span(), flags);
    Py_RETURN_NONE;
  });
}

// A pair, as take() gives it.
template <auto Call>
PyObject* next_value(PyObject* self, PyObject*) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    const auto value = (map.*Call)();
    if (!value) return Py_BuildValue("(OO)", Py_None, Py_False);
    const auto decoded = reference::steal(its.decode_value(value->data()));
    return decoded ? Py_BuildValue("(OO)", decoded.get(), Py_True) : nullptr;
  });
}

PyObject* may_contain(PyObject* self, PyObject* value) {
  return on_map<PyObject*>(self, nullptr, [&](const map_access& its, const bpf::map& map) -> PyObject* {
    scratch bytes{map.value_bytes()};
    return its.encode_value(value, bytes.data()) ? PyBool_FromLong(map.contains(bytes.span())) : nullptr;
  });
}

PyObject* close(PyObject* self, PyObject*) {
  auto& access = reinterpret_cast<view_object*>(self)->access;
  if (access) access->map.reset();
  Py_RETURN_NONE;
}

// --- the type

PyObject* construct(PyTypeObject* type, PyObject*, PyObject*) {
  PyObject* self = type->tp_alloc(type, 0);
  if (self != nullptr) new (&reinterpret_cast<view_object*>(self)->access) std::optional<map_access>;
  return self;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const auto& access = reinterpret_cast<view_object*>(self)->access;
  if (!access) return 0;
  if (const int found = access->key.traverse(visit, arg)) return found;
  return access->value.traverse(visit, arg);
}

int clear(PyObject* self) {
  auto& access = reinterpret_cast<view_object*>(self)->access;
  if (access) {
    access->map.reset();  // so that nothing is decoded any more
    access->key.clear();
    access->value.clear();
  }
  return 0;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  std::destroy_at(&reinterpret_cast<view_object*>(self)->access);
  type->tp_free(self);
  Py_DECREF(type);
}

PyMethodDef methods[] = {
    {"lookup", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(lookup)), METH_VARARGS | METH_KEYWORDS,
     "lookup(key, default=None, flags=0): the value, or `default` when the map has no such key."},
    {"_set", set, METH_VARARGS, nullptr},
    {"delete", erase, METH_O, "delete(key): whether the key was there."},
    {"_take", take, METH_O, nullptr},
    {"_set_many", set_many, METH_O, nullptr},
    {"_clear", clear_all, METH_NOARGS, nullptr},
    {"_iterate_values", iterate_over<map_part::values>, METH_NOARGS, nullptr},
    {"_iterate_items", iterate_over<map_part::items>, METH_NOARGS, nullptr},
    {"_push", push, METH_VARARGS, nullptr},
    {"_peek", next_value<&bpf::map::peek>, METH_NOARGS, nullptr},
    {"_pop", next_value<&bpf::map::pop>, METH_NOARGS, nullptr},
    {"_may_contain", may_contain, METH_O, nullptr},
    {"_close_view", close, METH_NOARGS, nullptr},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, nullptr},  // for annotations
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool init_map_view(PyObject* view, map_access access) {
  if (access_of(view) == nullptr && PyErr_Occurred()) return false;
  reinterpret_cast<view_object*>(view)->access.emplace(std::move(access));
  return true;
}

map_access* access_of(PyObject* view) {
  if (!PyObject_TypeCheck(view, view_type)) {
    PyErr_Format(PyExc_TypeError, "a map is needed, not %s", Py_TYPE(view)->tp_name);
    return nullptr;
  }
  auto& access = reinterpret_cast<view_object*>(view)->access;
  return access ? &*access : nullptr;
}

bool map_objects_ready(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(construct)},
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(clear)},
      {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
      {Py_mp_ass_subscript, reinterpret_cast<void*>(assign)},
      {Py_mp_length, reinterpret_cast<void*>(length)},
      {Py_sq_contains, reinterpret_cast<void*>(contains)},
      {Py_tp_iter, reinterpret_cast<void*>(iterate)},
      {Py_tp_methods, methods},
      {0, nullptr},
  };
  PyType_Spec spec{"aiobpf._aiobpf.MapView", sizeof(view_object), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  auto type = reference::steal(PyType_FromSpec(&spec));
  if (!type || PyModule_AddObjectRef(module, "MapView", type.get()) != 0) return false;
  view_type = reinterpret_cast<PyTypeObject*>(type.release());
  return map_iterator_ready(module);
}

}  // namespace aiobpf::python
