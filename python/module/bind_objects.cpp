#include "bind_attach.hpp"
#include "bind_links.hpp"
#include "bindings.hpp"
#include "type_object.hpp"

#include <aiobpf/bpf/environment.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

py::list to_list(const std::vector<std::string>& names) {
  py::list list;
  for (const auto& name : names) list.append(to_str(name));
  return list;
}

// --- object_file

std::shared_ptr<bpf::object_file> open_file(const std::string& path, const std::string& kernel_btf,
                                            const std::string& token) {
  return translated("open_error", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::object_file>(path, bpf::open_options{kernel_btf, token});
  });
}

std::shared_ptr<bpf::object_file> open_memory(const py::object& object, const std::string& name,
                                              const std::string& kernel_btf, const std::string& token) {
  const bytes_argument bytes{object};
  return translated("BpfLoadError", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::object_file>(
        bpf::object_file::from_memory(bytes.get(), name, bpf::open_options{kernel_btf, token}));
  });
}

std::shared_ptr<bpf::object> load(bpf::object_file& file) {
  return translated("BpfLoadError", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::object>(std::move(file).load());
  });
}

void set_max_entries(bpf::object_file& file, const std::string& map, std::uint32_t entries) {
  translated("BpfMapError", [&] { file.set_max_entries(map, entries); });
}

void set_rodata(bpf::object_file& file, const std::string& name, const py::object& value) {
  const bytes_argument bytes{value};
  translated("BpfLoadError", [&] { file.set_rodata(name, bytes.get()); });
}

type_object rodata(const bpf::object_file& file, const std::string& name) {
  return translated("BtfValidationError", [&] { return type_object{file.rodata(name)}; });
}

void set_autoload(bpf::object_file& file, const std::string& program, bool load_it) {
  translated("BpfLoadError", [&] { file.set_autoload(program, load_it); });
}

template <class Object>
py::list program_names(const Object& object) {
  return translated("BpfError", [&] { return to_list(object.program_names()); });
}

template <class Object>
py::list map_names(const Object& object) {
  return translated("BpfError", [&] { return to_list(object.map_names()); });
}

template <class Object>
type_object type(const Object& object, const std::string& name) {
  return translated("BtfValidationError", [&] { return type_object{object.types().find(name)}; });
}

// --- object

bpf::program program(const bpf::object& object, const std::string& name) {
  return translated("BpfError", [&] { return object.program(name); });
}

std::shared_ptr<bpf::map> map(const bpf::object& object, const std::string& name) {
  return translated("BpfMapError", [&] { return std::make_shared<bpf::map>(object.map(name)); });
}

// --- program and link

std::uint32_t run(const bpf::program& program, const py::object& context) {
  std::optional<bytes_argument> bytes;
  if (!context.is_none()) bytes.emplace(context, PyBUF_WRITABLE);
  return translated("BpfSyscallError", [&] {
    const gil_released others_run;
    return program.run(bytes ? bytes->writable() : std::span<std::byte>{}).value;
  });
}

py::object program_name(const bpf::program& program) {
  return to_str(program.name());
}

py::object section(const bpf::program& program) {
  return to_str(program.section());
}

py::list missing() {
  return to_list(bpf::missing_for_bpf());
}

py::object libbpf_version() {
  return to_str(bpf::libbpf_version());
}

}  // namespace

void bind_objects() {
  py::def("missing_for_bpf", missing);
  py::def("libbpf_version", libbpf_version);
  py::def("open_file", open_file);
  py::def("open_memory", open_memory);

  object_file_class file_methods("ObjectFile", py::no_init);
  file_methods.def("load", load)
      .def("program_names", program_names<bpf::object_file>)
      .def("map_names", map_names<bpf::object_file>)
      .def("type", type<bpf::object_file>)
      .def("set_max_entries", set_max_entries)
      .def("set_rodata", set_rodata)
      .def("rodata", rodata)
      .def("set_autoload", set_autoload);

  // A program is a view of its object: it keeps it (custodian), and so does its link.
  object_class object_methods("Object", py::no_init);
  object_methods.def("program", program, py::with_custodian_and_ward_postcall<0, 1>())
      .def("map", map)
      .def("has_map", &bpf::object::has_map)
      .def("program_names", program_names<bpf::object>)
      .def("map_names", map_names<bpf::object>)
      .def("type", type<bpf::object>);

  program_class program_methods("Program", py::no_init);
  program_methods.add_property("name", program_name)
      .add_property("section", section)
      .add_property("type_name", &bpf::program::type_name)
      .add_property("fd", &bpf::program::native_handle)
      .def("run", run);
  bind_attach_probes(program_methods);
  bind_attach_network(program_methods);
  bind_program(program_methods);
  bind_links();
  bind_targets(file_methods, object_methods);
}

}  // namespace aiobpf::python
