#pragma once

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <vector>

namespace aiobpf::gen {

/// How C++ comes to lay out a struct or union as the BPF program does.
enum class layout {
  natural,  ///< by itself
  packed,   ///< with the attribute, and padding where the program has it
  unknown,  ///< not: bitfields that are packed, or aligned by hand
};
layout layout_of(const bpf::type& described);

/// What C++ aligns a type to, in bytes.
std::size_t alignment_of(const bpf::type& described);

/// The widths of bitfields without a name, of a type of `unit` bits, that fill a struct from one bit to
/// another.
std::vector<std::size_t> fill_bits(std::size_t from, std::size_t to, std::size_t unit);

/// An array without a length, at a struct's end.
bool is_flexible(const bpf::type& described);

}  // namespace aiobpf::gen
