#pragma once

#include <aiobpf/bpf/map.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace aiobpf::bpf {

/// Goes through a map, many entries a system call.
///
///   bpf::map_cursor entries{counts};
///   while (entries.read())
///     for (std::size_t i = 0; i < entries.size(); ++i) use(entries.key(i), entries.value(i));
///
/// An entry that stays there is given once, whatever is added and removed meanwhile; one that comes or goes
/// may be given or not. Hash maps are read bucket by bucket, so that a removal loses no place (kernel 5.6;
/// before, and for tries, the keys that were given are remembered). Of an array of maps, programs or sockets
/// those elements are given that are set.
///
/// Lifetimes  keeps the map's address: the map outlives it
class map_cursor {
public:
  /// `erase`: what is read is removed in the same step. Throws bpf::error: an errno (EOPNOTSUPP: this type of
  /// map cannot be gone through, or its elements cannot be removed).
  enum class mode { read, erase };
  explicit map_cursor(const map& from, mode how = mode::read);

  /// Reads the next entries; false when there are none left. Throws bpf::error: an errno; busy, when a trie's
  /// keys are removed faster than they are read.
  bool read();

  std::size_t size() const noexcept { return count_; }  ///< entries that were read
  map::bytes_view key(std::size_t index) const noexcept {
    return {keys_.data() + index * key_bytes_, key_bytes_};
  }
  map::bytes_view value(std::size_t index) const noexcept {
    return {values_.data() + index * value_bytes_, value_bytes_};
  }

private:
  enum class walk { buckets, indexes, keys };

  static walk walk_of(const map& from, mode how);
  bool read_batch();
  bool read_indexes();
  bool read_keys();
  bool next_key();
  void add(map::bytes_view key);
  void clear(std::size_t capacity);

  const map& map_;
  mode mode_;
  walk walk_;
  std::size_t key_bytes_;
  std::size_t value_bytes_;
  std::size_t capacity_;
  std::size_t count_ = 0;
  std::vector<std::byte> keys_;
  std::vector<std::byte> values_;

  bool started_ = false;
  bool ended_ = false;
  std::vector<std::byte> place_;  // of a batch
  std::vector<std::byte> next_place_;
  std::uint64_t index_ = 0;  // the next one
  std::vector<std::byte> last_key_;
  std::unordered_set<std::string> given_;  // keys, where a removal makes the kernel begin again
  std::uint64_t steps_ = 0;
};

}  // namespace aiobpf::bpf
