#pragma once

#include <aiobpf/bpf/described.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/types.hpp>
#include <aiobpf/bpf/maps/value_bytes.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace aiobpf::bpf {

/// A queue or stack of values of a C++ type, checked as typed_map is.
///
///   bpf::typed_queue<request> requests{object, "requests"};
///   while (const auto next = requests.pop()) serve(*next);
template <class Value>
requires std::is_trivially_copyable_v<Value>
class typed_queue {
public:
  /// Throws bpf::error: not_found; wrong_size (the message says which field is where).
  typed_queue(const object& owner, std::string_view name)
      : typed_queue(owner.map(name), types_of(owner, name)) {}
  explicit typed_queue(map raw, const map_types& types = {}) : raw_(std::move(raw)) {
    check_types(raw_, nullptr, describe<Value>(), types, false);
  }

  const map& raw() const noexcept { return raw_; }

  /// As those of map, which say what they throw.
  void push(const Value& value, std::uint64_t flags = map::any) const { raw_.push(bytes_of(value), flags); }
  std::optional<Value> peek() const { return value_in(raw_.peek()); }
  std::optional<Value> pop() const { return value_in(raw_.pop()); }

private:
  static std::optional<Value> value_in(const std::optional<map::bytes>& found) {
    return found ? std::optional{value_from<Value>(*found)} : std::nullopt;
  }

  map raw_;
};

}  // namespace aiobpf::bpf
