#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace aiobpf::gen {
namespace {

constexpr std::size_t line = 96;  // characters, about

// Sorted.
constexpr auto cpp_words = std::to_array<std::string_view>(
    {"alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
     "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
     "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
     "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
     "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
     "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
     "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
     "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
     "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
     "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
     "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
     "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
     "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
     "xor_eq"});
constexpr auto python_words = std::to_array<std::string_view>(
    {"False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
     "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
     "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
     "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"});

static_assert(std::is_sorted(cpp_words.begin(), cpp_words.end()));
static_assert(std::is_sorted(python_words.begin(), python_words.end()));

template <class Words>
std::string spared(const Words& words, std::string_view name) {
  return std::string{name} + (std::binary_search(words.begin(), words.end(), name) ? "_" : "");
}

}  // namespace

std::string cpp_literal(std::span<const std::byte> bytes) {
  std::string text = "    \"";
  std::size_t begin = 0;
  for (const std::byte one : bytes) {
    if (text.size() - begin > line) {
      text += "\"\n    \"";
      begin = text.size();
    }
    const auto code = std::to_integer<unsigned>(one);
    if (code >= ' ' && code < 127 && code != '"' && code != '\\' && code != '?') {
      text += static_cast<char>(code);
    } else {  // three digits always: a digit may follow
      text += {'\\', static_cast<char>('0' + (code >> 6)), static_cast<char>('0' + (code >> 3 & 7)),
               static_cast<char>('0' + (code & 7))};
    }
  }
  return text + '"';
}

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + bytes.size() / 64);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    if (at % 72 == 0 && at != 0) text += '\n';
    const std::size_t count = std::min<std::size_t>(bytes.size() - at, 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

std::string cpp_name(std::string_view name) {
  return spared(cpp_words, name);
}

std::string python_name(std::string_view name) {
  return spared(python_words, name);
}

}  // namespace aiobpf::gen
