#pragma once

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/object.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct bpf_object;

namespace aiobpf::bpf {

/// What an object is opened with, beside itself.
struct open_options {
  /// BTF of a kernel, or an ELF file with it (vmlinux), for CO-RE where the running kernel has none; empty:
  /// the running kernel's. Only the offsets of fields are taken from there, no attach targets.
  std::filesystem::path kernel_btf = {};
  /// A BPF file system that was mounted with delegation, whose token gives the privilege to load. Kernel 6.9,
  /// and libbpf 1.5; empty: this process's own privileges.
  std::filesystem::path token = {};
};

/// A CO-RE object that was opened and not yet loaded: the time to set sizes, constants and what loads.
///
///   bpf::object_file file{"exec.bpf.o"};
///   file.set_max_entries("events", 1 << 20);
///   file.set_rodata("min_uid", std::uint32_t{1000});
///   bpf::object object = std::move(file).load();
///
/// Opening needs no privilege. All calls throw bpf::error: not_found (the message names what there is).
class object_file {
public:
  /// Throws bpf::error: an errno (ENOENT, EACCES); wrong_type when it is not a BPF object; not_supported (a
  /// token, and a libbpf without).
  explicit object_file(const std::filesystem::path& path, const open_options& options = {});

  /// An object in memory, as one that was compiled into the program; it is copied. `name` is for people, and
  /// up to its first dot it begins the names of the maps that hold globals. Throws bpf::error: wrong_type.
  static object_file from_memory(std::span<const std::byte> object, std::string name = "memory",
                                 const open_options& options = {});

  std::vector<std::string> program_names() const;

  /// To prepare() it; the object's program is the one to attach. Valid until load().
  bpf::program program(std::string_view name) const;

  std::vector<std::string> map_names() const;

  /// Entries of a map, or bytes of a ring (a power of two and a multiple of the page size).
  /// Throws wrong_size for a ring size that the kernel would refuse.
  void set_max_entries(std::string_view map, std::uint32_t entries);

  /// Bytes of a value, before it is loaded: of a stack trace map, of a section of globals (with an array as
  /// its last one). Throws wrong_size, an errno.
  void set_value_size(std::string_view map, std::uint32_t bytes);

  /// Where load() pins the map, or finds one that is pinned there already and uses that: it is reused when it
  /// has the same shape. Throws an errno.
  void set_pin_path(std::string_view map, const std::filesystem::path& path);

  /// load() uses that map instead of creating one. Throws an errno (EINVAL: another type or shape).
  void reuse(std::string_view map, const bpf::map& existing);

  /// The globals of a section (".rodata", ".data", ".bss") as the object will begin with; valid until load().
  /// Throws bpf::error: not_found.
  bpf::variables variables(std::string_view section) const;

  /// Sets a `const volatile` global. Throws wrong_size when it has another size.
  void set_rodata(std::string_view variable, std::span<const std::byte> value);
  template <class Value>
  requires std::is_trivially_copyable_v<Value>
  void set_rodata(std::string_view variable, const Value& value) {
    set_rodata(variable, std::as_bytes(std::span{&value, 1}));
  }

  /// The type of a `const volatile` global.
  type_ptr rodata(std::string_view variable) const;

  /// Whether load() loads that program (it does, unless told otherwise).
  void set_autoload(std::string_view program, bool load);

  /// As object::types(); valid until load().
  const btf& types() const;

  /// Loads maps and programs into the kernel; the file is spent, also when it throws.
  /// Throws bpf::error: rejected (verifier_log() says why); an errno, with what is missing (capability, BTF).
  object load() &&;

private:
  friend struct object_contents contents_of(const object_file& file);

  static object_file open(std::span<const std::byte> object, std::string name, const std::string& step,
                          const open_options& options);
  object_file(std::string name, ::bpf_object* opened);
  void check_open(std::string_view step) const;

  std::string name_;
  object::handle object_;
  btf types_;  // looks into object_
};

}  // namespace aiobpf::bpf
