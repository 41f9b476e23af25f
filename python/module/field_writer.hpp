#pragma once

#include "python.hpp"

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <string>

namespace aiobpf::python {

/// Writes a Python value as C has it, into `type.size` bytes that are 0: the counterpart of field_reader.
///
/// Integers, enumerations (also by an enumerator's name), bool, floating point numbers and pointers from
/// numbers; char[] from bytes or str, padded with NULs; other arrays from sequences; structs and unions from
/// dicts, where what is left out stays 0; arrays and structs also from bytes of their size, as events and
/// ctypes instances are.
///
/// `where` says for people what is written: "map counts: a value". False with an exception set: TypeError,
/// BtfValidationError (a ValueError: what does not fit).
bool write_value(const bpf::type& type, PyObject* value, std::byte* out, const std::string& where);

}  // namespace aiobpf::python
