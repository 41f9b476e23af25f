#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/mapped_array.hpp>

#include "map_memory.hpp"

#include <string>

namespace aiobpf::bpf {

mapped_array::mapped_array(const map& array)
    : memory_(map_memory(array, false, "map the values of '" + array.name() + "' into memory")),
      stride_((array.value_size() + 7) / 8 * 8),
      value_size_(array.value_size()),
      count_(array.max_entries()) {}

}  // namespace aiobpf::bpf
