#pragma once

#include <aiobpf/records/ledger.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace aiobpf::loop {

/// What a classifier says of a record: the index of its type, or one of the three below.
using type_number = std::uint32_t;

inline constexpr type_number unknown_type = std::numeric_limits<type_number>::max();  ///< no type has its tag
inline constexpr type_number too_short = unknown_type - 1;  ///< shorter than its tag, or than its type
inline constexpr type_number too_long = unknown_type - 2;   ///< longer than its type

/// The cause under which a record that has no type is counted; nothing when it has one.
std::optional<records::cause> misfit(type_number number) noexcept;

/// Where a record says of which type it is: an unsigned integer in the machine's byte order.
struct tag_field {
  std::uint32_t offset = 0;  ///< bytes from the record's begin
  std::uint32_t size = 0;    ///< bytes: 1, 2, 4 or 8
};

/// One type that a source's records may have.
struct record_type {
  std::string name{};
  std::uint64_t tag = 0;
  std::uint32_t size = 0;   ///< bytes
  bool open_ended = false;  ///< longer records have it, too: it ends in an array without a length
};

/// Tells the records of one source apart. What handlers, decoders, counts by type and sinks index by. Plain
/// data that never changes; a call reads the tag and looks it up, which takes a few nanoseconds.
///
///   const loop::classifier classify{{.offset = 0, .size = 4}, {{"exec", 1, 128}, {"exit", 2, 16}}};
///   const auto number = classify(record.data);   // 0, 1, unknown_type, too_short or too_long
///
/// Threads  any
class classifier {
public:
  /// Of records that have one type and no tag.
  explicit classifier(record_type only);

  /// Of records with a tag. Throws bpf::error: wrong_type (no types; two with one tag; a tag that the field
  /// cannot hold), wrong_size (a field of another size than 1, 2, 4 or 8; a type that ends before the field
  /// does).
  classifier(tag_field where, std::vector<record_type> types);

  type_number operator()(std::span<const std::byte> record) const noexcept {
    if (record.size() < tag_end_) return too_short;
    const type_number number = where_.size == 0 ? 0 : find(load_tag(record.data() + where_.offset));
    if (number == unknown_type) return unknown_type;
    const record_type& type = types_[number];
    if (record.size() < type.size) return too_short;
    return record.size() == type.size || type.open_ended ? number : too_long;
  }

  std::span<const record_type> types() const noexcept { return types_; }

private:
  /// Tags below this are found by one look into a table.
  static constexpr std::size_t small_tags = 1024;

  std::uint64_t load_tag(const std::byte* at) const noexcept {
    switch (where_.size) {
      case 1: return load<std::uint8_t>(at);
      case 2: return load<std::uint16_t>(at);
      case 4: return load<std::uint32_t>(at);
      default: return load<std::uint64_t>(at);
    }
  }
  template <class Integer>
  static std::uint64_t load(const std::byte* at) noexcept {
    Integer tag;
    std::memcpy(&tag, at, sizeof tag);
    return tag;
  }
  type_number find(std::uint64_t tag) const noexcept {
    if (tag < small_.size()) return small_[tag];
    if (large_.empty()) return unknown_type;
    const auto at = large_.find(tag);
    return at != large_.end() ? at->second : unknown_type;
  }

  tag_field where_;
  std::size_t tag_end_ = 0;
  std::vector<record_type> types_;
  std::vector<type_number> small_;                        // by tag
  std::unordered_map<std::uint64_t, type_number> large_;  // the other tags
};

}  // namespace aiobpf::loop
