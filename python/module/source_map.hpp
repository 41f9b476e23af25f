#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// Something of each source, by the source's number. Sources are numbered from 0 on, and few are ever
/// removed: most are found at the index of their number.
template <class Value>
class source_map {
public:
  struct entry {
    std::uint32_t source;
    Value value;
  };

  void reserve(std::size_t size) { entries_.reserve(size); }
  /// Of a source with a higher number than all before it. Cannot fail after reserve().
  void add(std::uint32_t source, Value value) { entries_.push_back({source, std::move(value)}); }
  void erase(std::uint32_t source) noexcept {
    std::erase_if(entries_, [&](const entry& one) { return one.source == source; });
  }

  /// Null when there is no such source.
  const Value* find(std::uint32_t source) const noexcept {
    if (source < entries_.size() && entries_[source].source == source) return &entries_[source].value;
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), source,
                         [](const entry& one, std::uint32_t wanted) { return one.source < wanted; });
    return at != entries_.end() && at->source == source ? &at->value : nullptr;
  }
  Value* find(std::uint32_t source) noexcept { return const_cast<Value*>(std::as_const(*this).find(source)); }

  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }
  std::size_t size() const noexcept { return entries_.size(); }

private:
  std::vector<entry> entries_;  // by number, ascending
};

}  // namespace aiobpf::python
