#pragma once

#include <aiobpf/bpf/described.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>
#include <aiobpf/bpf/maps/types.hpp>
#include <aiobpf/bpf/maps/value_bytes.hpp>

#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace aiobpf::bpf {

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
    const auto found = raw_.lookup(bytes_of(key));
    if (!found) return std::nullopt;
    return values_from(*found);
  }

  /// Sets those of all CPUs. Throws bpf::error: wrong_size (not as many as there are CPUs).
  void update(const Key& key, std::span<const Value> values, std::uint64_t flags = map::any) const {
    map::bytes bytes(values.size() * stride);
    for (std::size_t cpu = 0; cpu < values.size(); ++cpu) {
      std::memcpy(bytes.data() + cpu * stride, &values[cpu], sizeof(Value));
    }
    raw_.update(bytes_of(key), bytes, flags);
  }

  bool erase(const Key& key) const { return raw_.erase(bytes_of(key)); }

  /// All keys that are there now, and their values (map_cursor says what that means).
  std::vector<std::pair<Key, std::vector<Value>>> items() const {
    std::vector<std::pair<Key, std::vector<Value>>> all;
    map_cursor entries{raw_};
    while (entries.read()) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        all.emplace_back(value_from<Key>(entries.key(i)), values_from(entries.value(i)));
      }
    }
    return all;
  }

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

  std::vector<Value> values_from(map::bytes_view bytes) const {
    std::vector<Value> values;
    for (std::size_t cpu = 0; cpu < cpus(); ++cpu)
      values.push_back(value_from<Value>(bytes.subspan(cpu * stride)));
    return values;
  }

  map raw_;
};

}  // namespace aiobpf::bpf
