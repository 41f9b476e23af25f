#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/event_format.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace aiobpf::probes {
namespace {

constexpr std::string_view data_loc = "__data_loc ";
constexpr std::string_view rel_loc = "__rel_loc ";

class line_reader {
public:
  line_reader(std::string_view line, std::size_t number) : line_(line), left_(line), number_(number) {}

  [[noreturn]] void refuse(const char* what) const {
    throw bpf::error{bpf::errc::wrong_type, "read the format of an event: line " + std::to_string(number_) +
                                                ", '" + std::string{line_} + "': " + what};
  }

  bool skip(std::string_view prefix) {
    if (!left_.starts_with(prefix)) return false;
    left_.remove_prefix(prefix.size());
    return true;
  }

  void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(" \t"), left_.size())); }

  // Up to a semicolon, which is taken as well.
  std::string_view clause() {
    const auto end = left_.find(';');
    if (end == left_.npos) refuse("a semicolon is missing");
    const auto found = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return found;
  }

  // "<key>:<number>;"
  std::size_t number(std::string_view key) {
    skip_blanks();
    if (!skip(key) || !skip(":")) refuse("not 'offset:', 'size:' and 'signed:'");
    return to_number(clause());
  }

  std::size_t to_number(std::string_view digits) const {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) refuse("not a number");
    return value;
  }

  std::string_view rest() const { return left_; }

private:
  std::string_view line_;
  std::string_view left_;
  std::size_t number_;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

// "char comm[16]", "__data_loc char[] name": the brackets, at the end of either part, are taken off.
bool take_brackets(std::string_view& part) {
  if (part.empty() || part.back() != ']') return false;
  const auto begin = part.rfind('[');
  if (begin == part.npos) return false;
  part = trimmed(part.substr(0, begin));
  return true;
}

void read_declaration(std::string_view declared, const line_reader& line, format_field& out) {
  declared = trimmed(declared);
  if (declared.starts_with(data_loc)) {
    out.where = format_field::reach::data_loc;
    declared.remove_prefix(data_loc.size());
  } else if (declared.starts_with(rel_loc)) {
    out.where = format_field::reach::rel_loc;
    declared.remove_prefix(rel_loc.size());
  }
  out.is_array = take_brackets(declared);
  auto begin = declared.size();
  while (begin > 0 && is_word(declared[begin - 1])) --begin;
  out.name = declared.substr(begin);
  std::string_view type = trimmed(declared.substr(0, begin));
  out.is_array = take_brackets(type) || out.is_array;
  out.type = type;
  if (out.name.empty() || (out.name.front() >= '0' && out.name.front() <= '9'))
    line.refuse("no field's name");
  if (out.type.empty()) line.refuse("no field's type");
}

format_field read_field(line_reader& line) {
  format_field made;
  read_declaration(line.clause(), line, made);
  made.offset = line.number("offset");
  made.size = line.number("size");
  made.is_signed = line.number("signed") != 0;
  if (made.offset > longest_record || made.size > longest_record - made.offset) {
    line.refuse("the field is not inside of any record");
  }
  if (made.where != format_field::reach::inside && made.size != 4) line.refuse("a __data_loc is of 4 bytes");
  return made;
}

}  // namespace

event_format parse_format(std::string_view text) {
  event_format made;
  bool has_id = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    line_reader line{text.substr(0, end), number};
    text.remove_prefix(std::min(end + 1, text.size()));
    line.skip_blanks();
    if (line.skip("print fmt:")) break;  // how it is printed may say anything
    if (line.skip("name:")) {
      made.name = trimmed(line.rest());
    } else if (line.skip("ID:")) {
      made.id = line.to_number(trimmed(line.rest()));
      has_id = true;
    } else if (line.skip("field:")) {
      auto field = read_field(line);
      if (!field.name.starts_with("common_")) made.fields.push_back(std::move(field));
    }
  }
  if (made.name.empty() || !has_id) {
    throw bpf::error{bpf::errc::wrong_type, "read the format of an event: it has no name and number"};
  }
  return made;
}

}  // namespace aiobpf::probes
