#include "name_index.hpp"

#include "names.hpp"

#include <bpf/btf.h>

#include <bit>
#include <functional>

namespace aiobpf::bpf {
namespace {

constexpr int not_indexed = 0;

// The lower, the sooner is a type meant when its name is given alone.
int rank_of(const ::btf_type* type) noexcept {
  switch (::btf_kind(type)) {
    case BTF_KIND_STRUCT: return 1;
    case BTF_KIND_UNION: return 2;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return 3;
    case BTF_KIND_TYPEDEF: return 4;
    case BTF_KIND_INT:
    case BTF_KIND_FLOAT: return 5;
    case BTF_KIND_FWD: return 6;
    default: return not_indexed;
  }
}

// The keyword that C needs before the name.
std::string_view keyword_of(const ::btf_type* type) noexcept {
  switch (::btf_kind(type)) {
    case BTF_KIND_STRUCT: return "struct ";
    case BTF_KIND_UNION: return "union ";
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return "enum ";
    case BTF_KIND_FWD: return ::btf_kflag(type) ? "union " : "struct ";
    default: return "";
  }
}

std::string_view keyword_in(std::string_view name) noexcept {
  for (const std::string_view keyword : {"struct ", "union ", "enum "}) {
    if (name.substr(0, keyword.size()) == keyword) return keyword;
  }
  return "";
}

std::string_view name_of(const ::btf* types, const ::btf_type* type) noexcept {
  return or_empty(::btf__name_by_offset(types, type->name_off));
}

}  // namespace

name_index::name_index(const ::btf* types)
    : types_(types), ids_(std::bit_ceil(2 * std::size_t{::btf__type_cnt(types)})) {
  for (std::uint32_t id = 1; id < ::btf__type_cnt(types); ++id) {
    const ::btf_type* type = ::btf__type_by_id(types, id);
    const auto name = name_of(types, type);
    if (rank_of(type) == not_indexed || name.empty()) continue;
    std::size_t at = slot(name);
    while (ids_[at] != 0) at = (at + 1) & (ids_.size() - 1);
    ids_[at] = id;
  }
}

std::size_t name_index::slot(std::string_view name) const noexcept {
  return std::hash<std::string_view>{}(name) & (ids_.size() - 1);
}

std::uint32_t name_index::find(std::string_view name) const noexcept {
  const std::string_view keyword = keyword_in(name);
  name.remove_prefix(keyword.size());
  std::uint32_t best = 0;
  int best_rank = 0;
  for (std::size_t at = slot(name); ids_[at] != 0; at = (at + 1) & (ids_.size() - 1)) {
    const ::btf_type* type = ::btf__type_by_id(types_, ids_[at]);
    if (name_of(types_, type) != name || (!keyword.empty() && keyword_of(type) != keyword)) continue;
    const int rank = rank_of(type);
    if (best != 0 && (rank > best_rank || (rank == best_rank && ids_[at] > best))) continue;
    best = ids_[at];
    best_rank = rank;
  }
  return best;
}

}  // namespace aiobpf::bpf
