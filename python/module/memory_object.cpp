#include "memory_object.hpp"

#include <new>
#include <utility>

namespace aiobpf::python {
namespace {

struct memory_object {
  PyObject_HEAD std::shared_ptr<std::byte> memory;
  std::size_t size;
  bool is_read_only;
};

PyTypeObject* memory_type = nullptr;  // the module's, for as long as the process lives

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  const auto& its = *reinterpret_cast<memory_object*>(self);
  return PyBuffer_FillInfo(view, self, its.memory.get(), static_cast<Py_ssize_t>(its.size), its.is_read_only,
                           flags);
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  std::destroy_at(&reinterpret_cast<memory_object*>(self)->memory);
  type->tp_free(self);
  Py_DECREF(type);
}

}  // namespace

PyObject* make_memory_object(std::shared_ptr<std::byte> memory, std::size_t size, bool is_read_only) {
  PyObject* self = memory_type->tp_alloc(memory_type, 0);
  if (self == nullptr) return nullptr;
  auto& its = *reinterpret_cast<memory_object*>(self);
  new (&its.memory) std::shared_ptr<std::byte>{std::move(memory)};
  its.size = size;
  its.is_read_only = is_read_only;
  return self;
}

bool memory_object_ready(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)},
      {0, nullptr},
  };
  PyType_Spec spec{"aiobpf._aiobpf.Memory", sizeof(memory_object), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  auto type = reference::steal(PyType_FromSpec(&spec));
  if (!type || PyModule_AddObjectRef(module, "Memory", type.get()) != 0) return false;
  memory_type = reinterpret_cast<PyTypeObject*>(type.release());
  return true;
}

}  // namespace aiobpf::python
