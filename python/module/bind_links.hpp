#pragma once

#include "bind_attach.hpp"

#include <aiobpf/bpf/object_file.hpp>

namespace aiobpf::python {

using object_class = boost::python::class_<bpf::object, std::shared_ptr<bpf::object>, boost::noncopyable>;
using object_file_class =
    boost::python::class_<bpf::object_file, std::shared_ptr<bpf::object_file>, boost::noncopyable>;

/// Links, into the current scope.
void bind_links();
/// What programs say of themselves, and how they are run and read.
void bind_program(program_class& program);
/// What is fixed when a program loads, and struct_ops.
void bind_targets(object_file_class& file, object_class& object);

}  // namespace aiobpf::python
