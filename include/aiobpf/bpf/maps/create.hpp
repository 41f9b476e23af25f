#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/type.hpp>

#include <cstdint>
#include <string>

namespace aiobpf::bpf {

/// What a map is made of. Sizes may be left out where types say them.
struct map_options {
  std::string name = {};          ///< letters, digits, '_' and '.'; the kernel keeps the first 15
  std::uint32_t type = 1;         ///< enum bpf_map_type of <linux/bpf.h>; 1: hash
  std::uint32_t key_size = 0;     ///< bytes; 0 where the type of map has no key
  std::uint32_t value_size = 0;   ///< bytes
  std::uint32_t max_entries = 0;  ///< of a ring: bytes
  std::uint32_t flags = 0;        ///< BPF_F_*
  type_ptr key_type = {};         ///< the map is made with BTF that says them; both or none
  type_ptr value_type = {};
  const map* inner = nullptr;  ///< of a map of maps: one like those that it will hold
  std::uint64_t extra = 0;     ///< of a bloom filter: how many hash functions; of an arena: its address
  int numa_node = -1;          ///< -1: any
};

/// A map without any program. Kernel 4.18 where it has BTF.
///
///   const auto counts = bpf::create_map({.name = "counts", .key_size = 4, .value_size = 8, .max_entries =
///   100});
///
/// Throws bpf::error: wrong_size (a size that the types do not have), an errno (EINVAL: the kernel refuses
/// this combination; the message says what it was; EPERM).
map create_map(const map_options& options);

}  // namespace aiobpf::bpf
