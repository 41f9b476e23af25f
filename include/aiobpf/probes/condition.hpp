#pragma once

#include <aiobpf/probes/field.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::probes {

/// A number, a text, or a field by its name; a number may be masked.
struct operand {
  enum class kind : std::uint8_t { number, text, name };

  kind is = kind::number;
  std::uint64_t number = 0;  ///< negative ones as two's complement
  bool is_negative = false;
  std::string text{};            ///< of a name: with its dots
  std::vector<operand> mask{};   ///< none, or the one after `&`
  std::size_t column = 0;        ///< in the expression, from 1 on
  std::optional<field> bound{};  ///< what the name means; resolve() says it
};

enum class comparison : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

/// What a filter asks: comparisons, joined.
struct condition {
  enum class kind : std::uint8_t { compare, all, any, negation };

  kind is = kind::compare;
  std::vector<condition> parts{};  ///< of all, any, negation
  comparison how = comparison::not_equal;
  operand left{};
  operand right{};
};

/// Limits of an expression: its length, how deep parentheses are, how many comparisons, and of a text in it.
inline constexpr std::size_t longest_expression = 4096;
inline constexpr std::size_t deepest_expression = 32;
inline constexpr std::size_t most_comparisons = 64;
inline constexpr std::size_t longest_literal = 128;

/// Reads a filter, as it may be written in Python:
///
///   pid == 42 and comm != 'sshd'
///   flags & 0x40 and not (uid in (0, 1000) or filename == "/etc/passwd")
///
/// A value alone is true unless it is 0. Numbers are decimal, 0x, 0o or 0b.
/// Throws bpf::error: invalid_expression, with the column.
condition parse_condition(std::string_view expression);

/// Gives each name its field, and checks that what is compared can be: a text is equal to another one or it
/// is not, a number that is never negative is not compared to one that is. `find` throws bpf::error for a
/// name that there is not. Throws bpf::error: invalid_expression.
void resolve(condition& what, const std::function<field(std::string_view name)>& find);

/// The largest text that a bound condition reads, with its NUL and one more; 0 without one.
std::size_t text_room(const condition& bound);

}  // namespace aiobpf::probes
