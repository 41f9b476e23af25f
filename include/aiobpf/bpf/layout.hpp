#pragma once

#include <aiobpf/bpf/type.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::bpf {

/// Where two layouts differ, and what to do about it.
struct layout_mismatch {
  std::string what;    ///< "field pid is at offset 8 in BTF, 4 here"
  std::string remedy;  ///< "add 4 bytes of padding before it"; may be empty
};

/// Compares a layout that a program was written with, `ours`, with what BTF says: sizes, and of structs the
/// offset and size of each field, by their names, or in their order where `by_name` is false. Fields of ours
/// whose names begin with '_' may be padding. Whether integers are signed is not compared. None: they fit.
std::vector<layout_mismatch> compare_layouts(const type& ours, const type& btf, bool by_name = true);

/// Throws bpf::error: wrong_size, which says all mismatches and remedies.
void check_layout(const type& ours, const type& btf, std::string_view step);

}  // namespace aiobpf::bpf
