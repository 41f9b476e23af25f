#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/condition.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace aiobpf::probes {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct symbol {
  std::string_view written;
  comparison means;
};
// The longer ones first.
constexpr std::array symbols{symbol{"==", comparison::equal},      symbol{"!=", comparison::not_equal},
                             symbol{"<=", comparison::less_equal}, symbol{">=", comparison::greater_equal},
                             symbol{"<", comparison::less},        symbol{">", comparison::greater}};

class parser {
public:
  explicit parser(std::string_view text) : text_(text) {}

  condition parse() {
    if (text_.size() > longest_expression) {
      refuse("it is longer than " + std::to_string(longest_expression) + " characters");
    }
    auto made = any(0);
    skip_blanks();
    if (at_ != text_.size()) refuse("not expected here: join conditions by `and` or `or`");
    return made;
  }

private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw bpf::error{bpf::errc::invalid_expression, "where '" +
                                                        std::string{text_.substr(0, longest_expression)} +
                                                        "': column " + std::to_string(at_ + 1) + ": " + what};
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }

  bool take(std::string_view what) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(what)) return false;
    const auto end = at_ + what.size();
    if (is_letter(what.front()) && end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) {
      return false;  // the beginning of a longer word
    }
    at_ = end;
    return true;
  }

  static condition joined(condition::kind how, std::vector<condition> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    return {.is = how, .parts = std::move(parts)};
  }

  condition any(std::size_t depth) {
    std::vector<condition> parts;
    do parts.push_back(all(depth));
    while (take("or") || take("||"));
    return joined(condition::kind::any, std::move(parts));
  }

  condition all(std::size_t depth) {
    std::vector<condition> parts;
    do parts.push_back(one(depth));
    while (take("and") || take("&&"));
    return joined(condition::kind::all, std::move(parts));
  }

  condition one(std::size_t depth) {
    if (depth > deepest_expression) refuse("parentheses and `not` are too deep");
    if (take("not")) return negated(one(depth + 1));
    skip_blanks();
    if (!text_.substr(at_).starts_with("!=") && take("!")) return negated(one(depth + 1));
    if (!take("(")) return compared(value());
    auto inner = any(depth + 1);
    if (!take(")")) refuse("a closing parenthesis is missing");
    skip_blanks();
    // "(flags & 3) == 1": what is in parentheses is a value after all.
    if (is_value(inner) && is_compared_next()) return compared(std::move(inner.left));
    return inner;
  }

  static condition negated(condition inner) {
    condition made{.is = condition::kind::negation};
    made.parts.push_back(std::move(inner));
    return made;
  }

  static bool is_value(const condition& one) {
    return one.is == condition::kind::compare && one.right.column == 0;
  }

  bool is_compared_next() {
    const auto before = at_;
    const bool found = comparison_next().has_value() || take("in") || take("&") || take("not");
    at_ = before;
    return found;
  }

  std::optional<comparison> comparison_next() {
    for (const auto& one : symbols) {
      if (take(one.written)) return one.means;
    }
    return std::nullopt;
  }

  condition compared(operand left) {
    if (++comparisons_ > most_comparisons) {
      refuse("more than " + std::to_string(most_comparisons) + " comparisons");
    }
    if (const auto how = comparison_next()) {
      condition made{.how = *how, .left = std::move(left), .right = value()};
      if (comparison_next()) refuse("one comparison at a time: join two by `and`");
      return made;
    }
    if (take("in")) return any_of(left);
    if (take("not")) {
      if (!take("in")) refuse("`not` after a value is `not in`");
      return negated(any_of(left));
    }
    skip_blanks();
    if (text_.substr(at_).starts_with("=")) refuse("a comparison is written ==");
    return {.how = comparison::not_equal, .left = std::move(left)};  // as in C and Python: not 0
  }

  condition any_of(const operand& left) {
    if (!take("(")) refuse("`in` is followed by values in parentheses");
    std::vector<condition> parts;
    do {
      skip_blanks();
      if (text_.substr(at_).starts_with(")") && !parts.empty()) break;  // "(1,)"
      if (++comparisons_ > most_comparisons) {
        refuse("more than " + std::to_string(most_comparisons) + " comparisons");
      }
      parts.push_back({.how = comparison::equal, .left = left, .right = value()});
    } while (take(","));
    if (!take(")")) refuse("a closing parenthesis is missing");
    return joined(condition::kind::any, std::move(parts));
  }

  operand value() {
    auto made = primary();
    skip_blanks();
    if (!text_.substr(at_).starts_with("&&") && take("&")) made.mask.push_back(primary());
    return made;
  }

  operand primary() {
    skip_blanks();
    if (at_ == text_.size()) refuse("a value is missing");
    const char c = text_[at_];
    if (c == '\'' || c == '"') return quoted(c);
    if (is_digit(c) || c == '-') return number();
    if (is_letter(c)) return name();
    refuse("not a number, a text in quotes, or a name");
  }

  operand name() {
    operand made{.is = operand::kind::name, .column = at_ + 1};
    const auto begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    made.text = text_.substr(begin, at_ - begin);
    if (made.text.back() == '.' || made.text.find("..") != made.text.npos)
      refuse("a name is missing after the dot");
    for (const auto* word : {"and", "or", "not", "in"}) {
      if (made.text == word) {
        at_ = begin;
        refuse("a value is missing");
      }
    }
    return made;
  }

  operand number() {
    operand made{.is = operand::kind::number, .column = at_ + 1};
    const auto begin = at_;
    made.is_negative = text_[at_] == '-';
    if (made.is_negative) ++at_;
    int base = 10;
    for (const auto& [prefix, its_base] : {std::pair{"0x", 16}, std::pair{"0o", 8}, std::pair{"0b", 2}}) {
      if (text_.substr(at_).starts_with(prefix)) {
        base = its_base;
        at_ += 2;
        break;
      }
    }
    const char* const last = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(text_.data() + at_, last, made.number, base);
    const bool is_cut = end != last && (is_letter(*end) || is_digit(*end) || *end == '.');
    const bool is_too_small =
        made.is_negative && made.number > std::uint64_t{1}
                                              << (std::numeric_limits<std::uint64_t>::digits - 1);
    if (error != std::errc{} || is_cut || is_too_small) {
      at_ = begin;
      refuse("not a whole number of 64 bits");
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    if (made.number == 0) made.is_negative = false;
    if (made.is_negative) made.number = -made.number;
    return made;
  }

  operand quoted(char quote) {
    operand made{.is = operand::kind::text, .column = at_ + 1};
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      made.text += text_[at_] == '\\' ? escaped() : text_[at_];
      if (made.text.back() == '\0') refuse("a text of the kernel ends at its first NUL");
    }
    if (at_ == text_.size()) refuse("the closing quote is missing");
    ++at_;
    if (made.text.size() > longest_literal) {
      refuse("a text of more than " + std::to_string(longest_literal) + " characters");
    }
    return made;
  }

  char escaped() {
    if (++at_ == text_.size()) refuse("the closing quote is missing");
    switch (text_[at_]) {
      case 'n': return '\n';
      case 't': return '\t';
      case 'x': {
        unsigned value = 0;
        const char* const first = text_.data() + at_ + 1;
        const char* const last = text_.data() + std::min(at_ + 3, text_.size());
        const auto [end, error] = std::from_chars(first, last, value, 16);
        if (error != std::errc{} || end != first + 2) refuse("\\x is followed by two hexadecimal digits");
        at_ += 2;
        return static_cast<char>(value);
      }
      case '\\':
      case '\'':
      case '"': return text_[at_];
      default: refuse("no such escape: there are \\n \\t \\xHH \\\\ \\' \\\"");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t comparisons_ = 0;
};

}  // namespace

condition parse_condition(std::string_view expression) {
  return parser{expression}.parse();
}

}  // namespace aiobpf::probes
