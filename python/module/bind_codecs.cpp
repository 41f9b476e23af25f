#include "bindings.hpp"
#include "codec.hpp"
#include "type_object.hpp"

#include <aiobpf/bpf/layout.hpp>

#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

// --- codecs

codec bytes_codec(const std::string& where, std::size_t size) {
  return codec::of_bytes(where, size);
}

codec type_codec(const std::string& where, const type_object& type, const py::object& convert, bool as_text) {
  return translated("BtfValidationError", [&] {
    const auto made = codec::of_type(where, type.shared(), to_converter(convert), as_text);
    if (!made) py::throw_error_already_set();
    return *made;
  });
}

codec structure_codec(const std::string& where, std::size_t size, const py::object& structure) {
  const auto made = codec::of_structure(where, size, structure.ptr());
  if (!made) py::throw_error_already_set();
  return *made;
}

codec function_codec(const std::string& where, std::size_t size, const py::object& decode,
                     const py::object& encode) {
  return codec::of_functions(where, size, decode.ptr(), encode.ptr());
}

py::object pack(const codec& its, const py::object& value) {
  auto bytes =
      py::object(py::handle<>(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(its.size()))));
  if (!its.encode(value.ptr(), reinterpret_cast<std::byte*>(PyBytes_AS_STRING(bytes.ptr())))) {
    py::throw_error_already_set();
  }
  return bytes;
}

py::object unpack(const codec& its, const py::object& data) {
  const bytes_argument bytes{data};
  if (bytes.get().size() != its.size()) {
    PyErr_Format(PyExc_ValueError, "%zu bytes are needed, not %zu", its.size(), bytes.get().size());
    py::throw_error_already_set();
  }
  return py::object(py::handle<>(its.decode(bytes.get().data())));
}

// --- types that are not from BTF

bpf::type_kind kind_of(const std::string& name) {
  if (name == "integer") return bpf::type_kind::integer;
  if (name == "boolean") return bpf::type_kind::boolean;
  if (name == "character") return bpf::type_kind::character;
  if (name == "floating_point") return bpf::type_kind::floating_point;
  if (name == "structure") return bpf::type_kind::structure;
  if (name == "union") return bpf::type_kind::union_;
  if (name == "pointer") return bpf::type_kind::pointer;
  PyErr_Format(PyExc_ValueError, "no kind of type that can be made: %s", name.c_str());
  py::throw_error_already_set();
  __builtin_unreachable();
}

type_object number_type(const std::string& kind, const std::string& name, std::size_t size, bool is_signed) {
  bpf::type made;
  made.kind = kind_of(kind);
  made.name = name;
  made.size = size;
  made.is_signed = is_signed;
  if (made.kind == bpf::type_kind::pointer) {
    bpf::type target;
    target.name = "void";
    made.element = std::make_shared<const bpf::type>(std::move(target));
  }
  return type_object{std::make_shared<const bpf::type>(std::move(made))};
}

type_object array_type(const type_object& element, std::size_t count) {
  bpf::type made;
  made.kind = bpf::type_kind::array;
  made.element = element.shared();
  made.count = count;
  made.size = element.get().size * count;
  return type_object{std::make_shared<const bpf::type>(std::move(made))};
}

// Fields as Type.fields gives them.
type_object struct_type(const std::string& kind, const std::string& name, std::size_t size,
                        const py::list& fields) {
  bpf::type made;
  made.kind = kind_of(kind);
  made.name = name;
  made.size = size;
  for (py::ssize_t i = 0; i < py::len(fields); ++i) {
    const py::object field = fields[i];
    made.members.push_back({py::extract<std::string>(field[0]), py::extract<std::size_t>(field[1]),
                            py::extract<std::size_t>(field[2]),
                            py::extract<const type_object&>(field[3])().shared()});
  }
  return type_object{std::make_shared<const bpf::type>(std::move(made))};
}

// (what, remedy)...
py::list compare_layouts(const type_object& ours, const type_object& btf, bool by_name) {
  py::list list;
  for (const auto& [what, remedy] : bpf::compare_layouts(ours.get(), btf.get(), by_name)) {
    list.append(py::make_tuple(to_str(what), to_str(remedy)));
  }
  return list;
}

}  // namespace

void bind_codecs() {
  py::class_<codec>("Codec", py::no_init)
      .add_property("size", &codec::size)
      .def("pack", pack)
      .def("unpack", unpack);
  py::def("bytes_codec", bytes_codec);
  py::def("type_codec", type_codec);
  py::def("structure_codec", structure_codec);
  py::def("function_codec", function_codec);
  py::def("number_type", number_type);
  py::def("array_type", array_type);
  py::def("struct_type", struct_type);
  py::def("compare_layouts", compare_layouts);
}

}  // namespace aiobpf::python
