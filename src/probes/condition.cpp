#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/condition.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

namespace aiobpf::probes {
namespace {

constexpr std::uint64_t largest_signed = std::numeric_limits<std::int64_t>::max();

[[noreturn]] void refuse(const operand& where, const std::string& what) {
  throw bpf::error{bpf::errc::invalid_expression,
                   "where: column " + std::to_string(where.column) + ", '" + where.text + "': " + what};
}

bool is_text(const operand& one) {
  return one.is == operand::kind::text || (one.bound && one.bound->kind == value_kind::text);
}

void bind_operand(operand& one, const std::function<field(std::string_view)>& find) {
  if (one.is == operand::kind::name) one.bound = find(one.text);
  if (one.bound && one.bound->kind == value_kind::bytes)
    refuse(one, "bytes are not compared: a number or a text is");
  for (auto& mask : one.mask) {
    bind_operand(mask, find);
    if (is_text(one) || is_text(mask)) refuse(one, "`&` is of numbers");
  }
}

// How many characters a text can have where a field has a fixed length.
std::size_t longest_text(const field& its) {
  if (its.at.from == location::root::builtin) return its.size - 1;
  return its.is_array ? its.size : longest_literal;
}

void check_text(const condition& one) {
  const auto& [name, literal] =
      one.left.is == operand::kind::name ? std::tie(one.left, one.right) : std::tie(one.right, one.left);
  if (literal.is != operand::kind::text || name.is != operand::kind::name || !is_text(name)) {
    refuse(one.left.column ? one.left : one.right,
           "a text is compared to a text in quotes, and a number to a number");
  }
  if (one.how != comparison::equal && one.how != comparison::not_equal) {
    refuse(name, "texts are compared by == and !=");
  }
  if (literal.text.size() > longest_text(*name.bound)) {
    refuse(name, "it never has more than " + std::to_string(longest_text(*name.bound)) + " characters");
  }
}

// A field whose values are 64 bits without a sign.
bool is_large(const operand& one) {
  return one.bound && one.mask.empty() && !one.bound->is_signed && one.bound->size == 8;
}

void check_numbers(const condition& one) {
  for (const auto& [mine, other] : {std::tie(one.left, one.right), std::tie(one.right, one.left)}) {
    if (other.is == operand::kind::number && other.mask.empty() && mine.bound && mine.mask.empty()) {
      if (is_large(mine) && other.is_negative) refuse(mine, "it is never negative");
      if (!is_large(mine) && !other.is_negative && other.number > largest_signed) {
        refuse(mine, "it is never as large as that");
      }
    }
    if (is_large(mine) && other.bound && other.mask.empty() && other.bound->is_signed) {
      refuse(other, "it may be negative, and '" + mine.text +
                        "' has 64 bits without a sign: compare each to a number");
    }
  }
}

}  // namespace

void resolve(condition& what, const std::function<field(std::string_view)>& find) {
  for (auto& part : what.parts) resolve(part, find);
  if (what.is != condition::kind::compare) return;
  bind_operand(what.left, find);
  const bool alone = what.right.column == 0;
  if (!alone) bind_operand(what.right, find);
  if (alone && is_text(what.left)) refuse(what.left, "compare it to a text in quotes: x == 'text'");
  if (alone) return;
  if (is_text(what.left) || is_text(what.right)) {
    check_text(what);
  } else {
    check_numbers(what);
  }
}

std::size_t text_room(const condition& bound) {
  std::size_t most = 0;
  for (const auto& part : bound.parts) most = std::max(most, text_room(part));
  if (bound.is != condition::kind::compare) return most;
  for (const auto* one : {&bound.left, &bound.right}) {
    if (one->is == operand::kind::text) most = std::max(most, one->text.size() + 2);
    if (one->bound && one->bound->kind == value_kind::text) most = std::max<std::size_t>(most, 16);
  }
  return most;
}

}  // namespace aiobpf::probes
