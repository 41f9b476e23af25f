#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/described.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/batch.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>
#include <aiobpf/bpf/maps/types.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

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
    if (raw_.read(bytes_of(key), bytes, flags)) found = from<Value>(bytes);
    return found;
  }
  void update(const Key& key, const Value& value, std::uint64_t flags = map::any) const {
    raw_.update(bytes_of(key), bytes_of(value), flags);
  }
  bool erase(const Key& key) const { return raw_.erase(bytes_of(key)); }
  std::optional<Value> lookup_and_erase(const Key& key) const {
    const auto found = raw_.lookup_and_erase(bytes_of(key));
    return found ? std::optional{from<Value>(*found)} : std::nullopt;
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
        all.emplace_back(from<Key>(entries.key(i)), from<Value>(entries.value(i)));
      }
    }
    return all;
  }

private:
  template <class Type>
  static map::bytes_view bytes_of(const Type& value) {
    return std::as_bytes(std::span{&value, 1});
  }
  template <class Type>
  static Type from(map::bytes_view bytes) {
    std::array<std::byte, sizeof(Type)> copy;
    std::memcpy(copy.data(), bytes.data(), copy.size());
    return std::bit_cast<Type>(copy);
  }

  map raw_;
};

/// A map in which every possible CPU has its own value.
///
///   bpf::per_cpu_map<std::uint32_t, std::uint64_t> packets{object, "packets"};
///   std::uint64_t all = packets.sum(0);
template <class Key, class Value>
requires std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>
class per_cpu_map {
public:
  /// As typed_map; wrong_type when it is not per CPU.
  per_cpu_map(const object& owner, std::string_view name)
      : per_cpu_map(owner.map(name), types_of(owner, name)) {}
  explicit per_cpu_map(map raw, const map_types& types = {}) : raw_(std::move(raw)) {
    check_types(raw_, describe<Key>(), describe<Value>(), types, true);
  }

  const map& raw() const noexcept { return raw_; }
  std::size_t cpus() const noexcept { return raw_.value_bytes() / stride; }  ///< possible ones

  /// The values of all CPUs, in order.
  std::optional<std::vector<Value>> lookup(const Key& key) const {
    const auto found = raw_.lookup(std::as_bytes(std::span{&key, 1}));
    if (!found) return std::nullopt;
    std::vector<Value> values(cpus());
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(&values[cpu], found->data() + cpu * stride, sizeof(Value));
    }
    return values;
  }

  /// Sets those of all CPUs. Throws bpf::error: wrong_size (not as many as there are CPUs).
  void update(const Key& key, std::span<const Value> values, std::uint64_t flags = map::any) const {
    map::bytes bytes(values.size() * stride);
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(bytes.data() + cpu * stride, &values[cpu], sizeof(Value));
    }
    raw_.update(std::as_bytes(std::span{&key, 1}), bytes, flags);
  }

  bool erase(const Key& key) const { return raw_.erase(std::as_bytes(std::span{&key, 1})); }

  /// Of all CPUs together; Value{} when the key is not there.
  Value sum(const Key& key) const requires requires(Value all, const Value& one) { all += one; }
  {
    Value all{};
    const auto values = lookup(key);
    if (!values) return all;
    for (const auto& one : *values) all += one;
    return all;
  }

private:
  static constexpr std::size_t stride = (sizeof(Value) + 7) / 8 * 8;

  map raw_;
};

}  // namespace aiobpf::bpf
