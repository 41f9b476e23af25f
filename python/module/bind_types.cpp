#include "bindings.hpp"
#include "event_type.hpp"
#include "type_object.hpp"

#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

const char* kind_name(bpf::type_kind kind) {
  switch (kind) {
    case bpf::type_kind::opaque: break;
    case bpf::type_kind::integer: return "integer";
    case bpf::type_kind::boolean: return "boolean";
    case bpf::type_kind::character: return "character";
    case bpf::type_kind::floating_point: return "floating_point";
    case bpf::type_kind::enumeration: return "enumeration";
    case bpf::type_kind::pointer: return "pointer";
    case bpf::type_kind::array: return "array";
    case bpf::type_kind::structure: return "structure";
    case bpf::type_kind::union_: return "union";
  }
  return "opaque";
}

const char* kind(const type_object& self) {
  return kind_name(self.get().kind);
}

py::object name(const type_object& self) {
  return to_str(self.get().name);
}

py::object alias(const type_object& self) {
  return to_str(self.get().alias);
}

std::size_t size(const type_object& self) {
  return self.get().size;
}

bool is_signed(const type_object& self) {
  return self.get().is_signed;
}

std::size_t count(const type_object& self) {
  return self.get().count;
}

py::object element(const type_object& self) {
  const auto& found = self.get().element;
  return found ? py::object{type_object{found}} : py::object{};
}

// (name, offset in bits, size in bits of a bitfield or 0, type)...
py::list fields(const type_object& self) {
  py::list list;
  for (const auto& field : fields_of(self.get())) {
    list.append(
        py::make_tuple(to_str(field.name), field.bit_offset, field.bit_size, type_object{field.type}));
  }
  return list;
}

// (name, value)...
py::tuple enumerators(const type_object& self) {
  py::list list;
  for (const auto& [its_name, value] : self.get().enumerators) {
    const bool is_unsigned = !self.get().is_signed;
    const auto number = is_unsigned ? py::object{static_cast<std::uint64_t>(value)} : py::object{value};
    list.append(py::make_tuple(to_str(its_name), number));
  }
  return py::tuple(list);
}

py::object btf(const type_object& self) {
  return to_bytes(bpf::to_btf(self.get()));
}

py::object spelling(const type_object& self) {
  return to_str(to_string(self.get()));
}

type_object type_of_btf(const py::object& bytes) {
  const bytes_argument raw{bytes};
  return translated("BtfValidationError", [&] {
    const auto types = bpf::btf::of_bytes(raw.get());
    return type_object{types.at(types.size())};
  });
}

py::object make_event_class(const type_object& described, const py::str& class_name,
                            const py::object& convert, const py::dict& attributes) {
  const std::string its_name = py::extract<std::string>(class_name);
  const auto converter = to_converter(convert);
  return translated("BtfValidationError", [&] {
    return py::object(py::handle<>(make_event_type(described.get(), its_name, converter, attributes.ptr())));
  });
}

}  // namespace

field_converter to_converter(const py::object& convert) {
  return [convert](const std::string& field, const bpf::type_ptr& its) {
    const py::object value{type_object{its}};
    return reference::steal(PyObject_CallFunction(convert.ptr(), "sO", field.c_str(), value.ptr()));
  };
}

void bind_types() {
  py::class_<type_object>("Type", py::no_init)
      .add_property("kind", kind)
      .add_property("name", name)
      .add_property("alias", alias)
      .add_property("size", size)
      .add_property("is_signed", is_signed)
      .add_property("count", count)
      .add_property("element", element)
      .add_property("fields", fields)
      .add_property("enumerators", enumerators)
      .add_property("btf", btf)
      .def("__str__", spelling);
  py::def("type_of_btf", type_of_btf);
  py::def("make_event_type", make_event_class);
}

}  // namespace aiobpf::python
