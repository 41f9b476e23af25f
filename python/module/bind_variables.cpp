#include "bindings.hpp"
#include "codec.hpp"
#include "memory_object.hpp"
#include "scratch.hpp"
#include "type_object.hpp"

#include <aiobpf/bpf/object_file.hpp>

#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

// (name, type)...
py::list all_of(const bpf::variables& section) {
  py::list list;
  for (const auto& one : section.all()) list.append(py::make_tuple(to_str(one.name), type_object{one.type}));
  return list;
}

std::size_t offset_of(const bpf::variables& section, const std::string& name) {
  return translated("BpfError", [&] {
    return static_cast<std::size_t>(section.bytes(name).data() - section.memory().get());
  });
}

py::object read(const bpf::variables& section, const std::string& name, const codec& its) {
  return translated("BpfError", [&] {
    scratch copy{its.size()};
    section.read(name, copy.span());
    return py::object(py::handle<>(its.decode(copy.data())));
  });
}

void write(const bpf::variables& section, const std::string& name, const codec& its,
           const py::object& value) {
  translated("BpfError", [&] {
    scratch copy{its.size()};
    if (!its.encode(value.ptr(), copy.data())) py::throw_error_already_set();
    section.set_bytes(name, copy.span());
  });
}

// A buffer of all of them, which keeps their memory.
py::object memory(const bpf::variables& section) {
  return py::object(
      py::handle<>(make_memory_object(section.memory(), section.size(), section.is_read_only())));
}

bpf::variables of_file(const bpf::object_file& file, const std::string& section) {
  return translated("BpfError", [&] { return file.variables(section); });
}

bpf::variables of_object(const bpf::object& object, const std::string& section) {
  return translated("BpfError", [&] { return object.variables(section); });
}

template <class Object>
py::list sections(const Object& object) {
  py::list list;
  for (const auto& name : translated("BpfError", [&] { return object.types().sections(); })) {
    list.append(to_str(name));
  }
  return list;
}

}  // namespace

void bind_variables() {
  py::class_<bpf::variables>("Variables", py::no_init)
      .add_property("all", all_of)
      .add_property("is_read_only", &bpf::variables::is_read_only)
      .add_property("memory", memory)
      .def("offset_of", offset_of)
      .def("read", read)
      .def("write", write);
  py::def("file_sections", sections<bpf::object_file>);
  py::def("file_variables", of_file);
  py::def("object_sections", sections<bpf::object>);
  py::def("object_variables", of_object);
}

}  // namespace aiobpf::python
