#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

// Text for a terminal. A file may be called anything: what moves the cursor, changes colours, hides, or turns
// the direction of what follows is escaped, as are bytes that are not UTF-8. The output is that of
// printable() in exec_watch.py; tests/python/test_printable.py compares the two.

namespace exec_watch {

struct code_range {
  char32_t first;
  char32_t last;
};

// Controls, formats (bidirectional ones among them), separators other than the blank, surrogates, private use
// and noncharacters: Unicode's categories Cc, Cf, Zl, Zp, Zs, Cs, Co and a part of Cn, by Unicode 15.
inline constexpr code_range unprintable[] = {
    {0x0, 0x1f},        {0x7f, 0xa0},        {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
    {0x6dd, 0x6dd},     {0x70f, 0x70f},      {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},
    {0x180e, 0x180e},   {0x2000, 0x200f},    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd},  {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe00ff}, {0xf0000, 0x10ffff},
};

inline bool is_printable(char32_t code) {
  if (code >= 0x10000 && (code & 0xfffe) == 0xfffe) return false;  // the last two of each plane
  const auto* range =
      std::lower_bound(std::begin(unprintable), std::end(unprintable), code,
                       [](const code_range& one, char32_t value) { return one.last < value; });
  return range == std::end(unprintable) || code < range->first;
}

struct decoded {
  char32_t code = 0;
  std::size_t length = 0;  // bytes; 0 when they are not UTF-8
};

// The first character of `text`, which is not empty. Overlong forms and surrogates are not UTF-8.
inline decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, length};
}

inline void append_escaped(std::string& out, char32_t code) {
  if (code == '\t' || code == '\n' || code == '\r') {
    out += code == '\t' ? "\\t" : code == '\n' ? "\\n" : "\\r";
    return;
  }
  const int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int i = digits - 1; i >= 0; --i) out += "0123456789abcdef"[code >> (4 * i) & 15];
}

inline std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code, length] = decode(text);
    if (length == 0) {
      append_escaped(out, static_cast<std::uint8_t>(text.front()));
    } else if (is_printable(code)) {
      out += text.substr(0, length);
    } else {
      append_escaped(out, code);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace exec_watch
