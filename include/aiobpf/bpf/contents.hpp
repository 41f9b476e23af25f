#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// What an object has, in its own order, with its types: what generators of code walk over.
struct object_contents {
  struct program {
    std::string name;
    std::string section;    ///< as in "raw_tp/sys_enter"
    std::string type_name;  ///< as in "raw_tracepoint"
  };
  struct map {
    std::string name;
    std::string type_name;  ///< as in "hash"
    std::size_t key_size = 0;
    std::size_t value_size = 0;
    std::size_t max_entries = 0;
    type_ptr key;    ///< null: the source says a size only, or nothing
    type_ptr value;  ///< the same
  };
  struct variable {
    std::string
        section;  ///< ".rodata" (constant from load() on), ".data", ".bss", or another of the source's
    global its;
  };

  std::vector<program> programs;
  std::vector<map> maps;  ///< without the sections of globals
  std::vector<variable> variables;
  std::vector<type_ptr> events;  ///< those that AIOBPF_EVENT_TYPE names
};

///   for (const auto& one : bpf::contents_of(bpf::object_file{"exec.bpf.o"}).programs) ...
///
/// Throws bpf::error: closed (the file was loaded), btf_corrupt.
object_contents contents_of(const object_file& file);

}  // namespace aiobpf::bpf
