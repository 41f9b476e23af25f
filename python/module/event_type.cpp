#include "event_type.hpp"

#include "errors.hpp"
#include "field_reader.hpp"

#include <aiobpf/bpf/error.hpp>

#include <memory>
#include <string>

namespace aiobpf::python {
namespace {

constexpr const char* capsule_name = "aiobpf.event_layout";
constexpr const char* layout_attribute = "_layout";
constexpr std::size_t largest_record = (1U << 30) - 1;  // its header has 30 bits for its length

event_layout& layout_in(PyObject* event) {
  return *reinterpret_cast<event_object*>(event)->layout;
}

std::byte* data_of(PyObject* event) {
  return reinterpret_cast<event_object*>(event)->data;
}

void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  layout_in(self).recycle(reinterpret_cast<event_object*>(self));
  Py_DECREF(type);  // the layout may end with it
}

PyObject* construct(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"data", nullptr};
  Py_buffer view;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "y*", const_cast<char**>(names), &view)) {
    return nullptr;
  }
  event_layout* layout = layout_of(reinterpret_cast<PyObject*>(type));
  PyObject* made = nullptr;
  if (static_cast<std::size_t>(view.len) != layout->size) {
    PyErr_Format(PyExc_ValueError, "%s has %zu bytes, not %zd", layout->name.c_str(), layout->size, view.len);
  } else {
    made = layout->make(static_cast<const std::byte*>(view.buf));
  }
  PyBuffer_Release(&view);
  return made;
}

reference values(PyObject* self, const event_layout& layout) {
  auto tuple = reference::steal(PyTuple_New(static_cast<Py_ssize_t>(layout.fields.size())));
  if (!tuple) return tuple;
  for (std::size_t i = 0; i < layout.fields.size(); ++i) {
    PyObject* value = layout.fields[i]->read(data_of(self), *layout.fields[i]);
    if (value == nullptr) return {};
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), value);
  }
  return tuple;
}

PyObject* repr(PyObject* self) {
  const event_layout* layout = &layout_in(self);
  auto text = reference::steal(PyUnicode_FromFormat("%s(", layout->name.c_str()));
  const char* separator = "";
  for (const auto& field : layout->fields) {
    if (!text) return nullptr;
    const auto value = reference::steal(field->read(data_of(self), *field));
    if (!value) return nullptr;
    const auto piece =
        reference::steal(PyUnicode_FromFormat("%s%s=%R", separator, field->name.c_str(), value.get()));
    if (!piece) return nullptr;
    text = reference::steal(PyUnicode_Concat(text.get(), piece.get()));
    separator = ", ";
  }
  const auto end = reference::steal(PyUnicode_FromString(")"));
  return text && end ? PyUnicode_Concat(text.get(), end.get()) : nullptr;
}

// By values, not by bytes: padding and what follows a text's NUL are not significant.
PyObject* compare(PyObject* self, PyObject* other, int operation) {
  if ((operation != Py_EQ && operation != Py_NE) || Py_TYPE(self) != Py_TYPE(other)) {
    Py_RETURN_NOTIMPLEMENTED;
  }
  const event_layout* layout = &layout_in(self);
  const auto mine = values(self, *layout);
  const auto theirs = mine ? values(other, *layout) : reference{};
  return theirs ? PyObject_RichCompare(mine.get(), theirs.get(), operation) : nullptr;
}

Py_hash_t hash(PyObject* self) {
  const auto mine = values(self, layout_in(self));
  return mine ? PyObject_Hash(mine.get()) : -1;
}

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  const event_layout* layout = &layout_in(self);
  return PyBuffer_FillInfo(view, self, data_of(self), static_cast<Py_ssize_t>(layout->size), 1, flags);
}

// The descriptors would do; this spares their way through the type and its bases.
PyObject* get_attribute(PyObject* self, PyObject* name) {
  if (const field_info* field = layout_in(self).find(name)) return field->read(data_of(self), *field);
  return PyObject_GenericGetAttr(self, name);
}

PyObject* get_field(PyObject* self, void* closure) {
  const auto* field = static_cast<const field_info*>(closure);
  return field->read(data_of(self), *field);
}

void check_event(const bpf::type& described, const std::string& name) {
  const std::string step = "type '" + name + "'";
  if (described.kind != bpf::type_kind::structure && described.kind != bpf::type_kind::union_) {
    throw bpf::error{bpf::errc::wrong_type,
                     step + " is '" + to_string(described) + "': an event is a struct or a union"};
  }
  if (described.size > largest_record) {
    throw bpf::error{bpf::errc::not_supported, step + " is larger than any record"};
  }
}

// Null with an exception set.
std::unique_ptr<event_layout> make_layout(const bpf::type& described, const std::string& name,
                                          const field_converter& convert) {
  auto layout = std::make_unique<event_layout>();
  layout->name = name;
  layout->size = described.size;
  for (const auto& one : fields_of(described)) {
    auto field = make_field_info(one, name, convert);
    if (!field) return nullptr;
    layout->getset.push_back({field->name.c_str(), get_field, nullptr, nullptr, field.get()});
    layout->fields.push_back(std::move(field));
  }
  layout->getset.push_back({});
  return layout->index_names() ? std::move(layout) : nullptr;
}

// Hands the layout to the type's dict, and the names to those who match and list. A field comes before an
// attribute of its name.
bool finish_type(PyTypeObject* type, std::unique_ptr<event_layout> layout, PyObject* attributes) {
  auto names = reference::steal(PyTuple_New(static_cast<Py_ssize_t>(layout->fields.size())));
  for (std::size_t i = 0; names && i < layout->fields.size(); ++i) {
    PyObject* name = PyUnicode_FromString(layout->fields[i]->name.c_str());
    if (name == nullptr) return false;
    PyTuple_SET_ITEM(names.get(), static_cast<Py_ssize_t>(i), name);
  }
  const auto capsule = reference::steal(PyCapsule_New(layout.get(), capsule_name, [](PyObject* self) {
    delete static_cast<event_layout*>(PyCapsule_GetPointer(self, capsule_name));
  }));
  if (!names || !capsule) return false;
  layout.release();  // the capsule's now
  const bool done = PyDict_Merge(type->tp_dict, attributes, 0) == 0 &&
                    PyDict_SetItemString(type->tp_dict, layout_attribute, capsule.get()) == 0 &&
                    PyDict_SetItemString(type->tp_dict, "__match_args__", names.get()) == 0 &&
                    PyDict_SetItemString(type->tp_dict, "_fields", names.get()) == 0;
  PyType_Modified(type);
  return done;
}

}  // namespace

PyObject* make_event_type(const bpf::type& described, const std::string& name, const field_converter& convert,
                          PyObject* attributes) {
  check_event(described, name);
  auto layout = make_layout(described, name, convert);
  if (!layout) return nullptr;

  const std::string full_name = "aiobpf." + layout->name;
  PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(construct)},
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_repr, reinterpret_cast<void*>(repr)},
      {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
      {Py_tp_hash, reinterpret_cast<void*>(hash)},
      {Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)},
      {Py_tp_getattro, reinterpret_cast<void*>(get_attribute)},
      {Py_tp_getset, layout->getset.data()},
      {Py_tp_doc, const_cast<char*>("A record, by the struct of that name in the object's BTF.")},
      {0, nullptr},
  };
  PyType_Spec spec{full_name.c_str(), static_cast<int>(offsetof(event_object, data) + layout->size), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
  auto type = reference::steal(PyType_FromSpec(&spec));
  if (!type) return nullptr;
  auto* made = reinterpret_cast<PyTypeObject*>(type.get());
  layout->type = made;
  return finish_type(made, std::move(layout), attributes) ? type.release() : nullptr;
}

event_layout* layout_of(PyObject* object) noexcept {
  if (!PyType_Check(object)) return nullptr;
  PyObject* dict = reinterpret_cast<PyTypeObject*>(object)->tp_dict;
  PyObject* capsule = dict ? PyDict_GetItemString(dict, layout_attribute) : nullptr;
  if (capsule == nullptr || !PyCapsule_IsValid(capsule, capsule_name)) return nullptr;
  return static_cast<event_layout*>(PyCapsule_GetPointer(capsule, capsule_name));
}

}  // namespace aiobpf::python
