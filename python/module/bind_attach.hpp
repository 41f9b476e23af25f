#pragma once

#include "bindings.hpp"

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

#include <memory>
#include <string>
#include <vector>

namespace aiobpf::python {

using attached = std::shared_ptr<bpf::link>;
using program_class = boost::python::class_<bpf::program>;

/// What every binding of a kind does: attaches, while other threads of Python run.
template <class Options>
attached attach_as(const bpf::program& program, Options options) {
  return translated("BpfAttachError", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::link>(attach(program, std::move(options)));  // of the options' namespace
  });
}

/// A link keeps its program, and so its object.
inline boost::python::with_custodian_and_ward_postcall<0, 1> keeps_program() {
  return {};
}

template <class Value>
std::vector<Value> to_vector(const boost::python::list& values) {
  std::vector<Value> all;
  for (Py_ssize_t i = 0; i < boost::python::len(values); ++i)
    all.push_back(boost::python::extract<Value>(values[i]));
  return all;
}

/// Kinds of attaching, as methods of Program: probes and events; networks and control groups.
void bind_attach_probes(program_class& program);
void bind_attach_network(program_class& program);

}  // namespace aiobpf::python
