#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// How many CPUs there may be: as many values has a key of a per-CPU map. Throws bpf::error: an errno.
std::size_t possible_cpus();

/// A BPF map, by raw keys and values.
///
/// It owns a descriptor of the map, and may outlive the object it came from. Every call is one
/// system call, but those that go through a whole map. Keys and values are exactly key_size() and
/// value_bytes() long, else errc::wrong_size. Queues, stacks and bloom filters have no keys: push(), peek(),
/// pop(), contains(). Where a map holds maps, programs or sockets, update() takes a descriptor (int).
///
/// maps/create.hpp and maps/open.hpp make one without an object; maps/typed_map.hpp gives keys and values as
/// C++ types; maps/batch.hpp has what takes many entries in one system call.
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

  /// What update() does; combine `lock` with one of the others.
  enum : std::uint64_t {
    any = 0,       ///< sets it, whether it is there or not
    no_exist = 1,  ///< errno EEXIST when it is there
    exist = 2,     ///< errno ENOENT when it is not there
    lock = 4,      ///< under the value's bpf_spin_lock, of lookup() as well; kernel 5.1
  };

  /// The value of `key`, or nothing when the map has no such key. Of maps, programs and sockets: their id.
  /// Throws bpf::error: wrong_size; an errno (EOPNOTSUPP: this type of map has no lookup).
  std::optional<bytes> lookup(bytes_view key, std::uint64_t flags = any) const;

  /// The same, into `value`; false when the map has no such key.
  bool read(bytes_view key, std::span<std::byte> value, std::uint64_t flags = any) const;

  /// Sets a value. Throws bpf::error: wrong_size; an errno (E2BIG: the map is full, or an array index
  /// is too large; EEXIST, ENOENT by `flags`; EOPNOTSUPP).
  void update(bytes_view key, bytes_view value, std::uint64_t flags = any) const;

  /// Removes a key; false when it was not there. Throws bpf::error: wrong_size, an errno (EINVAL: array
  /// elements cannot be removed).
  bool erase(bytes_view key) const;

  /// Removes a key and gives its value, in one step; nothing when it was not there. Kernel 5.14 (hash maps).
  /// Throws bpf::error: wrong_size; an errno (EOPNOTSUPP, EINVAL: this map or this kernel cannot).
  std::optional<bytes> lookup_and_erase(bytes_view key) const;

  /// Calls `visit` with every key until it returns false. A key that stays is visited once, whatever is added
  /// and removed meanwhile, by `visit` or by programs (maps/cursor.hpp). Throws bpf::error: an errno
  /// (EOPNOTSUPP: this type of map cannot be gone through), busy.
  void for_each_key(const std::function<bool(bytes_view key)>& visit) const;

  /// The key behind `key` in the kernel's order, the first one where `key` is empty or gone; nothing at the
  /// end. To go through a map, for_each_key() and map_cursor are right. Throws bpf::error: wrong_size, an
  /// errno.
  std::optional<bytes> next_key(bytes_view key) const;

  /// Of a queue or stack: adds a value. With `exist` a full one loses its oldest value; else errno E2BIG.
  /// Of a bloom filter: adds it to the set. Kernel 4.20, 5.16. Throws bpf::error: wrong_size, an errno.
  void push(bytes_view value, std::uint64_t flags = any) const;
  std::optional<bytes> peek() const;  ///< the next value; nothing when it is empty
  std::optional<bytes> pop() const;   ///< the same, and removes it
  /// Of a bloom filter: false when the value was never added; true when it was, or seems to.
  bool contains(bytes_view value) const;

  /// From now on user space cannot write it, this process included; programs can. Kernel 5.2.
  /// Throws bpf::error: an errno (EBUSY: it is mapped for writing).
  void freeze() const;
  bool is_frozen() const;  ///< asks the kernel

  /// Keeps the map in a BPF file system, until unpin() or the file is removed; open_pinned_map() opens it.
  /// Throws bpf::error: an errno (EEXIST; EINVAL: not on a BPF file system).
  void pin(const std::filesystem::path& path) const;
  /// Removes that pin. Throws bpf::error: an errno (ENOENT); wrong_type (it is another map's).
  void unpin(const std::filesystem::path& path) const;

private:
  friend class map_cursor;

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
