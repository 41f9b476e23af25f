#pragma once

#include "source_decoder.hpp"
#include "source_map.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace aiobpf::python {

/// The decoders of all sources: one immutable table, which a reader and its batches share. A source that is
/// added or removed makes a new one; whoever has the old one keeps it.
class decoder_table {
public:
  decoder_table() noexcept : sources_(std::shared_ptr<void>{}, &none) {}

  /// The table with one more source, or without one. Throws std::bad_alloc.
  decoder_table with(std::uint32_t source, source_decoder made) const {
    auto copy = std::make_shared<source_map<source_decoder>>(*sources_);
    copy->add(source, std::move(made));
    return decoder_table{std::move(copy)};
  }
  decoder_table without(std::uint32_t source) const {
    auto copy = std::make_shared<source_map<source_decoder>>(*sources_);
    copy->erase(source);
    return decoder_table{std::move(copy)};
  }

  /// Of a source that is there.
  const source_decoder& operator[](std::uint32_t source) const noexcept { return *sources_->find(source); }

  auto begin() const noexcept { return sources_->begin(); }
  auto end() const noexcept { return sources_->end(); }
  std::size_t size() const noexcept { return sources_->size(); }

  /// Whether a record may be skipped.
  bool has_types() const noexcept {
    for (const auto& one : *sources_) {
      if (one.value.has_types()) return true;
    }
    return false;
  }

  /// For Python's cycle collector. What a batch refers to as well is not garbage when its reader is.
  int traverse(visitproc visit, void* arg) const {
    if (sources_.use_count() > 1) return 0;
    for (const auto& one : *sources_) {
      if (const int stop = one.value.traverse(visit, arg)) return stop;
    }
    return 0;
  }

private:
  explicit decoder_table(std::shared_ptr<const source_map<source_decoder>> sources) noexcept
      : sources_(std::move(sources)) {}

  static inline const source_map<source_decoder> none{};

  std::shared_ptr<const source_map<source_decoder>> sources_;
};

}  // namespace aiobpf::python
