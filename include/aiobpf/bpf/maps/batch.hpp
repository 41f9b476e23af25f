#pragma once

#include <aiobpf/bpf/map.hpp>

#include <cstddef>

namespace aiobpf::bpf {

/// What takes many entries a system call (kernel 5.6; before, one each).

/// Sets as many values: `keys` and `values` are one after another, without gaps. Throws bpf::error:
/// wrong_size; an errno, and the message says how many were set before it.
void update_many(const map& to, map::bytes_view keys, map::bytes_view values);

/// Removes keys; gives how many of them were there. Throws bpf::error: wrong_size, an errno.
std::size_t erase_many(const map& from, map::bytes_view keys);

/// Removes all that is there, also from a queue or stack; gives how many. What is added meanwhile may stay.
/// Throws bpf::error: an errno (EOPNOTSUPP: an array's elements cannot be removed).
std::size_t clear(const map& from);

/// How many entries there are, by going through them. Throws what map_cursor throws.
std::size_t count(const map& of);

}  // namespace aiobpf::bpf
