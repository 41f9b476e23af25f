#pragma once

#include <aiobpf/bpf/described.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/batch.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>
#include <aiobpf/bpf/maps/types.hpp>
#include <aiobpf/bpf/maps/value_bytes.hpp>

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace aiobpf::bpf {

/// A map whose keys and values are C++ types.
///
///   bpf::typed_map<std::uint32_t, config> settings{object, "settings"};
///   settings.update(0, {.target_pid = 1234, .enabled = true});
///   for (const auto& [key, value] : settings.items()) ...
///
/// Checked when it is opened: sizes against the map's, and structs that Boost.Describe knows field by field
/// against the BTF, where there is one. For per-CPU maps there is per_cpu_map.
///
/// Threads  as map
template <class Key, class Value>
requires std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>
class typed_map {
public:
  /// Throws bpf::error: not_found; wrong_size (the message says which field is where); wrong_type (a per-CPU
  /// map).
  typed_map(const object& owner, std::string_view name) : typed_map(owner.map(name), types_of(owner, name)) {}

  /// Any map; `types` are what it is checked against, without them only the sizes are.
  explicit typed_map(map raw, const map_types& types = {}) : raw_(std::move(raw)) {
    check_types(raw_, describe<Key>(), describe<Value>(), types, false);
  }

  const map& raw() const noexcept { return raw_; }

  /// As those of map, which say what they throw.
  std::optional<Value> lookup(const Key& key, std::uint64_t flags = map::any) const {
    std::optional<Value> found;
    std::array<std::byte, sizeof(Value)> bytes;
    if (raw_.read(bytes_of(key), bytes, flags)) found = value_from<Value>(bytes);
    return found;
  }
  void update(const Key& key, const Value& value, std::uint64_t flags = map::any) const {
    raw_.update(bytes_of(key), bytes_of(value), flags);
  }
  bool erase(const Key& key) const { return raw_.erase(bytes_of(key)); }
  std::optional<Value> lookup_and_erase(const Key& key) const {
    const auto found = raw_.lookup_and_erase(bytes_of(key));
    return found ? std::optional{value_from<Value>(*found)} : std::nullopt;
  }

  /// Sets many in one system call: as many values as keys.
  void update_many(std::span<const Key> keys, std::span<const Value> values) const {
    bpf::update_many(raw_, std::as_bytes(keys), std::as_bytes(values));
  }
  /// All that is there now (map_cursor says what that means).
  std::vector<std::pair<Key, Value>> items() const {
    std::vector<std::pair<Key, Value>> all;
    map_cursor entries{raw_};
    while (entries.read()) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        all.emplace_back(value_from<Key>(entries.key(i)), value_from<Value>(entries.value(i)));
      }
    }
    return all;
  }

private:
  map raw_;
};

}  // namespace aiobpf::bpf
