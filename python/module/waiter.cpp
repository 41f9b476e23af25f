#include "waiter.hpp"

#include <structmember.h>

namespace aiobpf::python {
namespace {

struct waiter_object {
  PyObject_HEAD PyObject* loop;
  PyObject* callback;  // what the task asked to be called with
  PyObject* context;
  PyObject* message;  // of a cancellation
  bool pending;
  bool cancelled;
  char blocking;  // asyncio's hand-shake: "await me", as a Future has it
};

PyTypeObject* waiter_type = nullptr;  // the module's, for as long as the process lives

waiter_object* as_waiter(PyObject* object) noexcept {
  return reinterpret_cast<waiter_object*>(object);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_waiter(self)->loop);
  Py_VISIT(as_waiter(self)->callback);
  Py_VISIT(as_waiter(self)->context);
  Py_VISIT(as_waiter(self)->message);
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(as_waiter(self)->loop);
  Py_CLEAR(as_waiter(self)->callback);
  Py_CLEAR(as_waiter(self)->context);
  Py_CLEAR(as_waiter(self)->message);
  return 0;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

// loop.call_soon(callback, self, context=context), or loop.call_soon_threadsafe().
bool call_soon(PyObject* self, const char* name, PyObject* callback, PyObject* context) {
  const auto method = reference::steal(PyObject_GetAttrString(as_waiter(self)->loop, name));
  const auto arguments = reference::steal(PyTuple_Pack(2, callback, self));
  const auto keywords = reference::steal(PyDict_New());
  if (!method || !arguments || !keywords) return false;
  if (context != nullptr && PyDict_SetItemString(keywords.get(), "context", context) != 0) return false;
  return static_cast<bool>(reference::steal(PyObject_Call(method.get(), arguments.get(), keywords.get())));
}

// Ends the wait, by the loop's method of that name. When that fails, the task waits on as before.
bool end_soon(PyObject* self, const char* name) {
  waiter_object* me = as_waiter(self);
  me->pending = false;
  // Taken out first: the loop's method may be Python, and so run code that ends the wait, too.
  auto callback = reference::steal(std::exchange(me->callback, nullptr));
  auto context = reference::steal(std::exchange(me->context, nullptr));
  if (!callback || call_soon(self, name, callback.get(), context.get())) return true;
  me->pending = true;
  me->callback = callback.release();
  me->context = context.release();
  return false;
}

PyObject* add_done_callback(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"callback", "context", nullptr};
  PyObject* callback = nullptr;
  PyObject* context = nullptr;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|$O", const_cast<char**>(names), &callback,
                                   &context)) {
    return nullptr;
  }
  if (context == Py_None) context = nullptr;
  waiter_object* me = as_waiter(self);
  if (!me->pending) {
    if (!call_soon(self, "call_soon", callback, context)) return nullptr;
    Py_RETURN_NONE;
  }
  if (me->callback != nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "only one task can wait on this");
    return nullptr;
  }
  me->callback = Py_NewRef(callback);
  me->context = Py_XNewRef(context);
  Py_RETURN_NONE;
}

PyObject* remove_done_callback(PyObject* self, PyObject* callback) {
  waiter_object* me = as_waiter(self);
  const int same = me->callback ? PyObject_RichCompareBool(me->callback, callback, Py_EQ) : 0;
  if (same < 0) return nullptr;
  if (same == 1) {
    Py_CLEAR(me->callback);
    Py_CLEAR(me->context);
  }
  return PyLong_FromLong(same);
}

// Called by Task.cancel(): positionally by the C one, by keyword by the Python one.
PyObject* cancel(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"msg", nullptr};
  PyObject* message = Py_None;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|O", const_cast<char**>(names), &message)) {
    return nullptr;
  }
  waiter_object* me = as_waiter(self);
  if (!me->pending) Py_RETURN_FALSE;
  if (!end_soon(self, "call_soon")) return nullptr;
  me->cancelled = true;
  Py_XSETREF(me->message, Py_NewRef(message));
  Py_RETURN_TRUE;
}

PyObject* raise_cancelled(PyObject* self) {
  const auto module = reference::steal(PyImport_ImportModule("asyncio"));
  const auto type =
      module ? reference::steal(PyObject_GetAttrString(module.get(), "CancelledError")) : reference{};
  if (!type) return nullptr;
  PyObject* message = as_waiter(self)->message;
  if (message == nullptr || message == Py_None) {
    PyErr_SetNone(type.get());
  } else {
    PyErr_SetObject(type.get(), message);
  }
  return nullptr;
}

PyObject* result(PyObject* self, PyObject*) {
  if (as_waiter(self)->cancelled) return raise_cancelled(self);
  if (as_waiter(self)->pending) {
    PyErr_SetString(PyExc_RuntimeError, "no records yet");
    return nullptr;
  }
  Py_RETURN_NONE;
}

PyObject* done(PyObject* self, PyObject*) {
  return PyBool_FromLong(!as_waiter(self)->pending);
}
PyObject* cancelled(PyObject* self, PyObject*) {
  return PyBool_FromLong(as_waiter(self)->cancelled);
}
PyObject* get_loop(PyObject* self, PyObject*) {
  return Py_NewRef(as_waiter(self)->loop);
}

PyMethodDef methods[] = {
    {"add_done_callback", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(add_done_callback)),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {"remove_done_callback", remove_done_callback, METH_O, nullptr},
    {"cancel", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(cancel)),
     METH_VARARGS | METH_KEYWORDS, nullptr},
    {"result", result, METH_NOARGS, nullptr},
    {"exception", result, METH_NOARGS, nullptr},  // None, or raises that it was cancelled
    {"done", done, METH_NOARGS, nullptr},
    {"cancelled", cancelled, METH_NOARGS, nullptr},
    {"get_loop", get_loop, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef members[] = {
    {"_asyncio_future_blocking", T_BOOL, offsetof(waiter_object, blocking), 0, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear)},
    {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {0, nullptr},
};

PyType_Spec spec{"aiobpf._aiobpf.Waiter", sizeof(waiter_object), 0,
                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

}  // namespace

bool waiter::ready(PyObject*) {
  waiter_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return waiter_type != nullptr;
}

reference waiter::make(PyObject* loop) {
  auto made = reference::steal(waiter_type->tp_alloc(waiter_type, 0));
  if (!made) return made;
  waiter_object* me = as_waiter(made.get());
  me->loop = Py_NewRef(loop);
  me->pending = true;
  me->blocking = 1;
  return made;
}

bool waiter::is_awaited(PyObject* object) noexcept {
  return as_waiter(object)->callback != nullptr;
}
PyObject* waiter::loop(PyObject* object) noexcept {
  return as_waiter(object)->loop;
}

bool waiter::wake(PyObject* object) {
  waiter_object* me = as_waiter(object);
  me->pending = false;
  const auto callback = reference::steal(std::exchange(me->callback, nullptr));
  const auto context = reference::steal(std::exchange(me->context, nullptr));
  if (!callback) return true;
  if (context && PyContext_Enter(context.get()) != 0) return false;
  const auto stepped = reference::steal(PyObject_CallOneArg(callback.get(), object));
  if (context && PyContext_Exit(context.get()) != 0) return false;
  return static_cast<bool>(stepped);
}

bool waiter::wake_soon(PyObject* object) {
  return end_soon(object, "call_soon");
}

bool waiter::wake_threadsafe(PyObject* object) {
  return end_soon(object, "call_soon_threadsafe");
}

}  // namespace aiobpf::python
