#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// A BPF map, by raw keys and values.
///
/// It owns a descriptor of the map, and may outlive the object it came from. Every call is one
/// system call. Keys and values are exactly key_size() and value_bytes() long, else errc::wrong_size.
///
/// Threads  const calls may run at the same time; the kernel makes each of them atomic
class map {
public:
  using bytes = std::vector<std::byte>;
  using bytes_view = std::span<const std::byte>;

  /// Takes over a map's descriptor. Throws bpf::error when it is not one of a map.
  /// `name` is for people; the kernel's own copy is cut after 15 characters.
  explicit map(unique_fd fd, std::string name = {});

  const std::string& name() const noexcept { return name_; }
  std::uint32_t type() const noexcept { return type_; }    ///< enum bpf_map_type of <linux/bpf.h>
  std::string type_name() const;                           ///< as in "hash", "ringbuf"
  std::uint32_t flags() const noexcept { return flags_; }  ///< BPF_F_* that it was created with
  std::uint32_t id() const noexcept { return id_; }        ///< the kernel's number, while the map lives
  std::size_t key_size() const noexcept { return key_size_; }
  std::size_t value_size() const noexcept { return value_size_; }  ///< of one CPU's value
  std::size_t max_entries() const noexcept { return max_entries_; }
  int native_handle() const noexcept { return fd_.get(); }

  /// The kernel's number of the BTF that it was made with (btf::of_map()), 0 where it has none; and the
  /// numbers of its key's and value's types in there, 0 where they are not said.
  std::uint32_t btf_id() const noexcept { return btf_id_; }
  std::uint32_t key_type_id() const noexcept { return key_type_id_; }
  std::uint32_t value_type_id() const noexcept { return value_type_id_; }

  /// Whether every CPU has its own value.
  bool is_per_cpu() const noexcept;

  /// How many bytes lookup() gives and update() takes: value_size(), or in per-CPU maps the values of
  /// all possible CPUs in order, each padded to a multiple of 8 bytes.
  std::size_t value_bytes() const noexcept { return value_bytes_; }

  /// The value of `key`, or nothing when the map has no such key.
  /// Throws bpf::error: wrong_size; an errno (EOPNOTSUPP: this type of map has no lookup).
  std::optional<bytes> lookup(bytes_view key) const;

  /// Sets a value. Throws bpf::error: wrong_size; an errno (E2BIG: the map is full, or an array index
  /// is too large; EOPNOTSUPP).
  void update(bytes_view key, bytes_view value) const;

  /// Removes a key; false when it was not there. Throws bpf::error: wrong_size, an errno (EINVAL: array
  /// elements cannot be removed).
  bool erase(bytes_view key) const;

  /// Calls `visit` with every key until it returns false. A key that is removed meanwhile may start the
  /// kernel's walk again from the first one; so the walk ends, at the latest, after `max_entries` keys
  /// twice over. Throws bpf::error: an errno.
  void for_each_key(const std::function<bool(bytes_view key)>& visit) const;

private:
  [[noreturn]] void throw_failed(int errno_value, const char* step) const;
  void check_size(bytes_view given, std::size_t wanted, const char* what) const;

  unique_fd fd_;
  std::string name_;
  std::uint32_t type_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t id_ = 0;
  std::size_t key_size_ = 0;
  std::size_t value_size_ = 0;
  std::size_t value_bytes_ = 0;
  std::size_t max_entries_ = 0;
  std::uint32_t btf_id_ = 0;
  std::uint32_t key_type_id_ = 0;
  std::uint32_t value_type_id_ = 0;
};

}  // namespace aiobpf::bpf
