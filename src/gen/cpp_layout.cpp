#include "cpp_layout.hpp"

#include <algorithm>

namespace aiobpf::gen {
namespace {

using bpf::type_kind;

std::size_t rounded_up(std::size_t value, std::size_t to) {
  return (value + to - 1) / to * to;
}

bool is_record(const bpf::type& described) {
  return described.kind == type_kind::structure || described.kind == type_kind::union_;
}

std::size_t largest_alignment(const bpf::type& described) {
  std::size_t most = 1;
  for (const auto& one : described.members) {
    // A bitfield without a name aligns nothing.
    if (one.bit_size == 0 || !one.name.empty()) most = std::max(most, alignment_of(*one.type));
  }
  return most;
}

// By the rules of C, which the compilers of BPF and of this machine share.
bool is_natural(const bpf::type& described) {
  const bool is_union = described.kind == type_kind::union_;
  std::size_t end = 0;       // bytes
  std::size_t end_bits = 0;  // of the bitfield before, else the same in bits
  for (const auto& one : described.members) {
    const std::size_t offset = one.bit_offset / 8;
    if (one.bit_size != 0) {  // a gap is filled by bits without a name; nothing helps one that straddles
      const std::size_t unit = one.type->size * 8;
      const bool straddles = one.bit_offset / unit != (one.bit_offset + one.bit_size - 1) / unit;
      if (straddles || (!is_union && one.bit_offset < end_bits)) return false;
      end_bits = one.bit_offset + one.bit_size;
      end = std::max(end, (end_bits + 7) / 8);
      continue;
    }
    if (offset != (is_union ? 0 : rounded_up(end, alignment_of(*one.type)))) return false;
    end = std::max(end, offset + one.type->size);
    end_bits = end * 8;
  }
  return rounded_up(end, largest_alignment(described)) == described.size;
}

bool has_bitfields(const bpf::type& described) {
  return std::any_of(described.members.begin(), described.members.end(),
                     [](const auto& one) { return one.bit_size != 0; });
}

}  // namespace

layout layout_of(const bpf::type& described) {
  // The fields of an anonymous member are the outer struct's.
  if (std::any_of(described.members.begin(), described.members.end(), [](const auto& one) {
        return one.name.empty() && is_record(*one.type) && layout_of(*one.type) == layout::unknown;
      })) {
    return layout::unknown;
  }
  if (is_natural(described)) return layout::natural;
  return has_bitfields(described) ? layout::unknown : layout::packed;
}

std::size_t alignment_of(const bpf::type& described) {
  if (described.kind == type_kind::array) return alignment_of(*described.element);
  if (is_record(described)) return layout_of(described) == layout::natural ? largest_alignment(described) : 1;
  if (described.kind == type_kind::opaque) return 1;
  return std::max<std::size_t>(described.size, 1);
}

std::vector<std::size_t> fill_bits(std::size_t from, std::size_t to, std::size_t unit) {
  std::vector<std::size_t> widths;
  while (from < to) {
    const std::size_t next = std::min(to, (from / unit + 1) * unit);
    widths.push_back(next - from);
    from = next;
  }
  return widths;
}

bool is_flexible(const bpf::type& described) {
  return described.kind == type_kind::array && described.count == 0;
}

}  // namespace aiobpf::gen
