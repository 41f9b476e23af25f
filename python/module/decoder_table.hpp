#pragma once

#include "decoder.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// The decoder of each source, by the source's number.
class decoder_table {
public:
  void reserve(std::size_t more) { entries_.reserve(entries_.size() + more); }
  /// Of a source with a higher number than all before it. Cannot fail after reserve().
  void add(std::uint32_t source, decoder made) noexcept { entries_.push_back({source, std::move(made)}); }
  /// Takes out the one of a source that is there.
  decoder take(std::uint32_t source) noexcept {
    const auto at = find(source);
    decoder taken = std::move(at->made);
    entries_.erase(at);
    return taken;
  }

  /// The one of a source that is there.
  const decoder& operator[](std::uint32_t source) const noexcept {
    // Sources are numbered from 0 on, and few are ever removed.
    if (source < entries_.size() && entries_[source].source == source) return entries_[source].made;
    return find(source)->made;
  }

  /// Calls `use(source)` with each number, ascending.
  template <class Use>
  void for_each_source(Use&& use) const {
    for (const entry& one : entries_) use(one.source);
  }

  std::size_t size() const noexcept { return entries_.size(); }
  void clear() noexcept { entries_.clear(); }

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const {
    for (const entry& one : entries_) {
      if (const int stop = one.made.traverse(visit, arg)) return stop;
    }
    return 0;
  }

private:
  struct entry {
    std::uint32_t source;
    decoder made;
  };
  std::vector<entry>::iterator find(std::uint32_t source) noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), source,
                            [](const entry& one, std::uint32_t wanted) { return one.source < wanted; });
  }
  std::vector<entry>::const_iterator find(std::uint32_t source) const noexcept {
    return const_cast<decoder_table*>(this)->find(source);
  }

  std::vector<entry> entries_;
};

}  // namespace aiobpf::python
