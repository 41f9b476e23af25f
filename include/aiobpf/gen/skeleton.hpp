#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace aiobpf::gen {

/// What a program needs to use an object, made from one walk over what is in it. Each of them carries the
/// object itself, so that no file is looked for at run time.
struct skeleton {
  /// C++: the namespace `name`, with the object's structs and enumerations (their sizes and offsets are
  /// asserted), open(), load(), and the class `loaded`: programs, maps and rings as members, attach_all().
  std::string header;
  /// Python: the module `name`, with open(), load() and the event classes, whose `dtype` is NumPy's.
  std::string module;
  /// What type checkers and editors read of that module: every field, map, program and constant.
  std::string stub;
};

/// Makes them from an object, as clang wrote it. No privilege and no clang is needed.
///
///   const auto made = gen::make_skeleton(object_bytes, "exec.bpf.o", "exec_bpf");
///
/// `file`: what the object is called in messages. `name`: of the namespace and the module, an identifier of
/// C. Throws bpf::error: wrong_type (not a BPF object; not an identifier), btf_corrupt, not_found (no BTF).
skeleton make_skeleton(std::span<const std::byte> object, const std::string& file, const std::string& name);

/// "exec_bpf" of "build/exec.bpf.o".
std::string default_name(const std::string& path);

}  // namespace aiobpf::gen
