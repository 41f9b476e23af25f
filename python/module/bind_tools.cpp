#include "bindings.hpp"

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/gen/skeleton.hpp>

#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

/// All types of a file's BTF (an object, /sys/kernel/btf/vmlinux) as a C header.
py::object c_header(const std::string& path) {
  return translated("BtfValidationError", [&] {
    std::string text;
    {
      const gil_released others_run;
      text = bpf::btf::of_file(path).c_header();
    }
    return to_bytes(std::as_bytes(std::span{text}));
  });
}

// (C++, Python, stub)
py::tuple make_skeleton(const py::object& object, const std::string& file, const std::string& name) {
  const bytes_argument bytes{object};
  const auto made = translated("BpfLoadError", [&] { return gen::make_skeleton(bytes.get(), file, name); });
  return py::make_tuple(to_str(made.header), to_str(made.module), to_str(made.stub));
}

py::object skeleton_name(const std::string& path) {
  return to_str(gen::default_name(path));
}

}  // namespace

void bind_tools() {
  py::def("c_header", c_header);
  py::def("make_skeleton", make_skeleton);
  py::def("skeleton_name", skeleton_name);
}

}  // namespace aiobpf::python
