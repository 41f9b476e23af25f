#include "bindings.hpp"
#include "type_object.hpp"

#include <aiobpf/bpf/btf.hpp>

#include <memory>
#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

using shared_btf = std::shared_ptr<bpf::btf>;

template <class Open>
shared_btf opened(Open open) {
  return translated("open_error", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::btf>(open());
  });
}

shared_btf of_kernel() {
  return opened([] { return bpf::btf::of_kernel(); });
}

shared_btf of_file(const std::string& path) {
  return opened([&] { return bpf::btf::of_file(path); });
}

shared_btf of_bytes(const py::object& raw) {
  const bytes_argument bytes{raw};
  return translated("BtfValidationError",
                    [&] { return std::make_shared<bpf::btf>(bpf::btf::of_bytes(bytes.get())); });
}

type_object type(const bpf::btf& types, const std::string& name) {
  return translated("BtfValidationError", [&] { return type_object{types.find(name)}; });
}

type_object at(const bpf::btf& types, std::uint32_t id) {
  return translated("BtfValidationError", [&] { return type_object{types.at(id)}; });
}

}  // namespace

void bind_btf() {
  py::class_<bpf::btf, shared_btf, boost::noncopyable>("Btf", py::no_init)
      .add_property("size", &bpf::btf::size)
      .def("type", type)
      .def("at", at);
  py::def("btf_of_kernel", of_kernel);
  py::def("btf_of_file", of_file);
  py::def("btf_of_bytes", of_bytes);
}

}  // namespace aiobpf::python
