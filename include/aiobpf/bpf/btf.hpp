#pragma once

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::bpf {

class map;

/// A global variable of an object.
struct global {
  std::string name;
  std::size_t offset = 0;  ///< bytes from the start of its section
  type_ptr type;
};

/// The types that BTF describes: of an object (object::types(), object_file::types()), of a map, of a file,
/// or of the running kernel.
///
///   const bpf::type_ptr task = bpf::btf::of_kernel().find("struct task_struct");
///
/// Opening checks all of it, so that no type that it gives is inconsistent. The names are indexed when the
/// first one is looked up: the kernel's 126,000 types are opened in some 20 ms, the first is found in some 5
/// ms, and the next ones at once. Move-only.
///
/// Errors   bpf::error: btf_corrupt, whatever is inconsistent
/// Threads  one at a time; the types that it gives may be shared freely
class btf {
public:
  /// Of the running kernel. Throws bpf::error: an errno (ENOENT: built without CONFIG_DEBUG_INFO_BTF).
  static btf of_kernel();

  /// Of a file: an ELF object with a section .BTF, or BTF alone, as the kernel has it under /sys/kernel/btf.
  /// Throws bpf::error: an errno; wrong_type when it is neither; not_found when an ELF has no BTF.
  static btf of_file(const std::filesystem::path& path);

  /// Of a map that was made with BTF. `map.key_type_id()` and `map.value_type_id()` are numbers of types in
  /// it. Throws bpf::error: not_found when it was made without; an errno (EPERM: CAP_SYS_ADMIN is missing).
  static btf of_map(const map& described);

  /// BTF alone, in memory; it is copied. Throws bpf::error: wrong_type.
  static btf of_bytes(std::span<const std::byte> raw);

  btf(btf&&) noexcept;
  btf& operator=(btf&&) noexcept;
  ~btf();

  /// The type of that name: "struct exec_event", "union x", "enum y", "pid_t". A name alone is looked for
  /// among structs, unions, enumerations, typedefs and base types, in this order; the first definition
  /// counts, and a declaration only where there is no definition. Throws bpf::error: not_found; the message
  /// names structs that there are.
  type_ptr find(std::string_view name) const;

  /// How many types there are; their numbers begin with 1.
  std::uint32_t size() const noexcept;

  /// The type of that number; 0 is void. Throws bpf::error: not_found.
  type_ptr at(std::uint32_t id) const;

  /// All types as one C header, for BPF programs: of the running kernel it is what they include as
  /// "vmlinux.h". Each record has CO-RE's attribute unless BPF_NO_PRESERVE_ACCESS_INDEX is defined. The
  /// kernel's takes some 60 ms and has 3 MB. Throws bpf::error: not_found (there are no types); an errno.
  std::string c_header() const;

  /// The sections of variables that there are: ".bss", ".data", ".rodata", and those that begin so.
  std::vector<std::string> sections() const;

  /// The globals of a section (".maps" too), by their offsets; none where there is no such section. Of an
  /// object's BTF (object_file::types()); in a file the compiler has left the offsets 0. Throws bpf::error:
  /// btf_corrupt.
  std::vector<global> globals(std::string_view section) const;

private:
  friend class object_file;
  struct state;
  explicit btf(std::unique_ptr<state> opened) noexcept;

  std::unique_ptr<state> state_;
};

/// One type, and all that it is made of, as BTF; it is the last one there, and equal types give equal bytes.
/// `btf::of_bytes()` reads it back, in this process or another one.
std::vector<std::byte> to_btf(const type& described);

}  // namespace aiobpf::bpf
