#include "map_failure.hpp"

#include "throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

bool has_keys(::bpf_map_type type) {
  return type != BPF_MAP_TYPE_RINGBUF && type != BPF_MAP_TYPE_USER_RINGBUF && type != BPF_MAP_TYPE_QUEUE &&
         type != BPF_MAP_TYPE_STACK && type != BPF_MAP_TYPE_BLOOM_FILTER;
}

bool has_values(::bpf_map_type type) {
  return type != BPF_MAP_TYPE_RINGBUF && type != BPF_MAP_TYPE_USER_RINGBUF;
}

bool is_local_storage(::bpf_map_type type) {
  return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_TASK_STORAGE ||
         type == BPF_MAP_TYPE_INODE_STORAGE || static_cast<int>(type) == 32 /* BPF_MAP_TYPE_CGRP_STORAGE */ ||
         type == BPF_MAP_TYPE_CGROUP_STORAGE || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

// The attribute that the kernel does not take (alloc_check of each type); empty where none stands out.
std::string wrong_attribute(const ::bpf_map* map) {
  const auto type = ::bpf_map__type(map);
  const auto key = ::bpf_map__key_size(map);
  const auto value = ::bpf_map__value_size(map);
  if (type == BPF_MAP_TYPE_STACK_TRACE && (value == 0 || value % 8 != 0)) {
    return "value_size is " + std::to_string(value) +
           ", and of a stack trace it is 8 bytes a frame, as many as one wants: set_value_size()";
  }
  if (has_keys(type) && key == 0) return "key_size is 0: give it a __type(key, ...)";
  if (has_values(type) && value == 0)
    return "value_size is 0: give it a __type(value, ...), or set_value_size()";
  if (!is_local_storage(type) && ::bpf_map__max_entries(map) == 0)
    return "max_entries is 0: set_max_entries()";
  if ((type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY) && key != 4) {
    return "key_size is " + std::to_string(key) + ", and the key of an array is an index of 4 bytes";
  }
  if (type == BPF_MAP_TYPE_LPM_TRIE && (::bpf_map__map_flags(map) & BPF_F_NO_PREALLOC) == 0) {
    return "map_flags needs BPF_F_NO_PREALLOC";
  }
  if (is_local_storage(type) && ::bpf_map__max_entries(map) != 0)
    return "max_entries must be 0: it grows by itself";
  return {};
}

}  // namespace

void throw_map_failure(int errno_value, std::string_view step, const ::bpf_map* map, std::string log) {
  if (errno_value == EPERM || errno_value == EACCES || errno_value == EMFILE || errno_value == ENFILE) {
    throw_errno(errno_value, step, std::move(log));
  }
  if (errno_value == E2BIG || errno_value == ENOMEM) {
    throw_with_remedy(errno_value, step,
                      "the kernel does not give so much memory: max_entries is " +
                          std::to_string(::bpf_map__max_entries(map)) + ", value_size " +
                          std::to_string(::bpf_map__value_size(map)),
                      std::move(log));
  }
  auto wrong = wrong_attribute(map);
  if (wrong.empty()) {
    const char* type = ::libbpf_bpf_map_type_str(::bpf_map__type(map));
    wrong = "this kernel refuses the type '" + std::string{type ? type : "unknown"} +
            "', or one of key_size " + std::to_string(::bpf_map__key_size(map)) + ", value_size " +
            std::to_string(::bpf_map__value_size(map)) + ", max_entries " +
            std::to_string(::bpf_map__max_entries(map)) + " and map_flags " +
            std::to_string(::bpf_map__map_flags(map));
  }
  throw_with_remedy(errno_value, step, "it cannot be created: " + wrong, std::move(log));
}

}  // namespace aiobpf::bpf
