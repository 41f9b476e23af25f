#pragma once

#include "model.hpp"

#include <string>

namespace aiobpf::gen {

/// The declaration of a variable or member of that type, in C++ and without its semicolon.
std::string declare(const bpf::type& described, const std::string& name);

/// The type as a template's argument; an array is a std::array.
std::string spell(const bpf::type& described);

/// An enumeration with its enumerators.
std::string define_enumeration(const bpf::type& described);

/// A struct or union as the BPF program lays it out, and behind it what asserts that.
std::string define_record(const bpf::type& described);

}  // namespace aiobpf::gen
