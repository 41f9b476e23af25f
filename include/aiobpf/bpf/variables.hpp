#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/described.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::bpf {

class map;

/// The global variables of one section of an object, in memory: reading and setting one takes no system call.
///
///   bpf::variables rodata = file.variables(".rodata");      // object_file: before load()
///   rodata.set("target_pid", 1234U);
///   bpf::variables bss = object.variables(".bss");          // object: what programs read and write
///   meanwhile std::uint64_t counter = bss.get<std::uint64_t>("counter");
///
/// Words of up to 8 bytes are read and written whole. `.rodata` can be set before load() only.
///
/// Lifetimes  an object_file's are valid until load(); an object's keep the memory, and may outlive the
/// object.
///            Copies share it.
/// Threads    any
class variables {
public:
  std::string_view section() const noexcept { return section_; }
  const std::vector<global>& all() const noexcept { return *all_; }
  bool is_read_only() const noexcept { return is_read_only_; }
  std::size_t size() const noexcept { return size_; }  ///< of the section, in bytes

  bool has(std::string_view name) const noexcept { return lookup(name) != nullptr; }
  /// Throws bpf::error: not_found; the message names what there is.
  type_ptr type(std::string_view name) const { return find(name).type; }

  /// Where a variable is; what programs write is seen there. Throws bpf::error: not_found.
  std::span<const std::byte> bytes(std::string_view name) const;
  /// Copies a variable out, words whole. Throws bpf::error: not_found, wrong_size.
  void read(std::string_view name, std::span<std::byte> out) const;
  /// Throws bpf::error: not_found, wrong_size, wrong_phase (read-only).
  void set_bytes(std::string_view name, std::span<const std::byte> value) const;

  /// As a C++ type, checked against the variable's. Throws bpf::error: not_found, wrong_size, wrong_phase.
  template <class Value>
  requires std::is_trivially_copyable_v<Value> Value get(std::string_view name)
  const {
    check(name, describe<Value>());
    std::array<std::byte, sizeof(Value)> copy;
    read(name, copy);
    return std::bit_cast<Value>(copy);
  }
  template <class Value>
  requires std::is_trivially_copyable_v<Value>
  void set(std::string_view name, const Value& value) const {
    check(name, describe<Value>());
    set_bytes(name, std::as_bytes(std::span{&value, 1}));
  }

  /// The memory of all of them; it lives as long as a copy of the pointer does.
  const std::shared_ptr<std::byte>& memory() const noexcept { return memory_; }

private:
  friend class object_file;
  friend class object;
  variables(std::string owner, std::string section, std::vector<global> all,
            std::shared_ptr<std::byte> memory, std::size_t size, bool is_read_only);

  const global* lookup(std::string_view name) const noexcept;
  const global& find(std::string_view name) const;
  void check(std::string_view name, const type_ptr& ours) const;
  void check_size(std::string_view name, std::size_t given, std::size_t wanted) const;

  std::string owner_;
  std::string section_;
  std::shared_ptr<const std::vector<global>> all_;
  std::shared_ptr<std::byte> memory_;
  std::size_t size_ = 0;
  bool is_read_only_ = false;
};

}  // namespace aiobpf::bpf
