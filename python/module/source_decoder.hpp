#pragma once

#include "decoder.hpp"
#include "python.hpp"

#include <aiobpf/loop/classifier.hpp>
#include <aiobpf/records/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace aiobpf::python {

/// What becomes of the records of one source: one decoder for all, or one a type, told by a tag. Never
/// changes, and copies are cheap.
class source_decoder {
public:
  /// Of what the records of one type become.
  struct types {
    loop::classifier classify;
    std::vector<std::optional<decoder>> by_type;  ///< none: skipped
    std::optional<decoder> otherwise;             ///< for what fits no type; none: skipped

    int traverse(visitproc visit, void* arg) const;
  };

  explicit source_decoder(decoder only) : only_(std::move(only)) {}
  explicit source_decoder(types several) : types_(std::make_shared<const types>(std::move(several))) {}

  /// What decodes a record: null when it is skipped.
  struct choice {
    const decoder* made;
    loop::type_number type;
  };
  choice choose(const std::byte* data, std::uint32_t length) const noexcept {
    if (!types_) return {&only_, 0};
    return choose_by_type(data, length);
  }

  bool has_types() const noexcept { return types_ != nullptr; }
  std::size_t type_count() const noexcept { return types_ ? types_->by_type.size() : 0; }

  /// For Python's cycle collector: what nobody else refers to.
  int traverse(visitproc visit, void* arg) const;

private:
  choice choose_by_type(const std::byte* data, std::uint32_t length) const noexcept;

  decoder only_;
  std::shared_ptr<const types> types_;
};

/// How many records of a source were of each type, and how many were skipped.
struct type_counts {
  std::vector<std::uint64_t> by_type;
  records::losses lost{};

  /// Of a record that is handed over, or, without a decoder, skipped.
  void count(source_decoder::choice chosen) noexcept {
    if (chosen.type < by_type.size()) ++by_type[chosen.type];
    if (chosen.made == nullptr) ++lost[loop::misfit(chosen.type).value_or(records::cause::skipped)];
  }
};

}  // namespace aiobpf::python
