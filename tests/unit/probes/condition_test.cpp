#include "error_of.hpp"

#include <aiobpf/probes/condition.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;
using probes::condition;
using probes::operand;

namespace {

std::string shown(const operand& one) {
  std::string text;
  switch (one.is) {
    case operand::kind::name: text = one.text; break;
    case operand::kind::text: text = "'" + one.text + "'"; break;
    case operand::kind::number:
      text = one.is_negative ? std::to_string(static_cast<std::int64_t>(one.number))
                             : std::to_string(one.number);
  }
  return one.mask.empty() ? text : "(" + text + "&" + shown(one.mask.front()) + ")";
}

// With all its parentheses.
std::string shown(const condition& one) {
  static constexpr const char* relations[] = {"==", "!=", "<", "<=", ">", ">="};
  if (one.is == condition::kind::compare) {
    return shown(one.left) +
           (one.right.column == 0 ? "" : relations[static_cast<int>(one.how)] + shown(one.right));
  }
  if (one.is == condition::kind::negation) return "not " + shown(one.parts.front());
  std::string text;
  for (const auto& part : one.parts) {
    text += (text.empty() ? "[" : one.is == condition::kind::all ? " and " : " or ") + shown(part);
  }
  return text + "]";
}

probes::field find(std::string_view name) {
  probes::field made{.name = std::string{name}, .size = 4, .type = probes::number_type(4, true)};
  made.is_signed = true;
  if (name == "u32") made.is_signed = false;
  if (name == "u64") {
    made.is_signed = false;
    made.size = 8;
  }
  if (name == "text" || name == "comm") {
    made.kind = probes::value_kind::text;
    made.size = 16;
    made.is_array = name == "comm";
    if (name == "comm") made.at.from = probes::location::root::builtin;
  }
  if (name == "bytes") made.kind = probes::value_kind::bytes;
  if (name == "unknown") throw bpf::error{bpf::errc::not_found, "unknown"};
  return made;
}

condition bound(const std::string& text) {
  auto made = probes::parse_condition(text);
  resolve(made, find);
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conditions)

BOOST_AUTO_TEST_CASE(expressions_are_read_as_python_and_c_read_them) {
  struct row {
    const char* text;
    const char* read;
  };
  for (const auto& [text, read] : {row{"pid == 42 and comm != 'sshd'", "[pid==42 and comm!='sshd']"},
                                   row{"a==1 or b==2 and c==3", "[a==1 or [b==2 and c==3]]"},
                                   row{"a==1||b==2&&c==3", "[a==1 or [b==2 and c==3]]"},
                                   row{"(a==1 or b==2) and c==3", "[[a==1 or b==2] and c==3]"},
                                   row{"not a == 1", "not a==1"},
                                   row{"!a", "not a"},
                                   row{"not not a", "not not a"},
                                   row{"a != 1", "a!=1"},
                                   row{"flags & 0x40", "(flags&64)"},
                                   row{"flags & 0x40 == 64", "(flags&64)==64"},
                                   row{"(flags & 3) == 1", "(flags&3)==1"},
                                   row{"a in (1, 2,3)", "[a==1 or a==2 or a==3]"},
                                   row{"a in (1,)", "a==1"},
                                   row{"a not in ('x')", "not a=='x'"},
                                   row{"task.real_parent.tgid > 1", "task.real_parent.tgid>1"},
                                   row{"x <= -1", "x<=-1"},
                                   row{"x >= 0b101", "x>=5"},
                                   row{"x < 0o17", "x<15"},
                                   row{"x == 18446744073709551615", "x==18446744073709551615"},
                                   row{"x == -9223372036854775808", "x==-9223372036854775808"},
                                   row{"x == -0", "x==0"},
                                   row{"'a\\n\\x41\\'\\\"\\\\' == x", "'a\nA'\"\\'==x"},
                                   row{"x == \"it's\"", "x=='it's'"},
                                   row{"android == 1 and order == 2", "[android==1 and order==2]"},
                                   row{" a\t==\n1 ", "a==1"}}) {
    BOOST_TEST(shown(probes::parse_condition(text)) == read);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_refused_with_its_column) {
  struct row {
    std::string text;
    const char* says;
  };
  std::string deep(200, '(');
  std::string many = "a in (0";
  for (int i = 0; i < 70; ++i) many += ",1";
  for (const auto& [text, what] : {row{"", "column 1: a value is missing"},
                                   row{"pid = 42", "column 5: a comparison is written =="},
                                   row{"pid ==", "column 7: a value is missing"},
                                   row{"pid == 42 and", "column 14: a value is missing"},
                                   row{"1 < x < 5", "join two by `and`"},
                                   row{"(a == 1", "closing parenthesis"},
                                   row{"a == 1)", "not expected"},
                                   row{"a == 'x", "closing quote"},
                                   row{"a == 'x\\", "closing quote"},
                                   row{"a == '\\q'", "no such escape"},
                                   row{"a == '\\x0'", "hexadecimal"},
                                   row{"a == '\\x00'", "NUL"},
                                   row{"a == 12x", "whole number"},
                                   row{"a == 1.5", "whole number"},
                                   row{"a == 18446744073709551616", "whole number"},
                                   row{"a == -9223372036854775809", "whole number"},
                                   row{"a == 0x", "whole number"},
                                   row{"a == -", "whole number"},
                                   row{"a b", "join conditions"},
                                   row{"a in 1", "parentheses"},
                                   row{"a in ()", "not a number"},
                                   row{"a not b", "not in"},
                                   row{"a. == 1", "after the dot"},
                                   row{"a..b == 1", "after the dot"},
                                   row{"and", "a value is missing"},
                                   row{"a == @", "not a number"},
                                   row{deep, "too deep"},
                                   row{many + ")", "more than 64"},
                                   row{std::string(5000, 'a'), "longer than 4096"},
                                   row{"a == '" + std::string(129, 'x') + "'", "more than 128"}}) {
    const auto thrown = error_of([&, given = text] { probes::parse_condition(given); });
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((thrown.code() == bpf::errc::invalid_expression));
      BOOST_TEST(says(thrown, what));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_can_be_compared_is_bound) {
  for (const auto* text : {"i32 == 1", "i32 < -1", "i32 == u32", "u64 == 18446744073709551615", "u64 > u32",
                           "text == 'x'", "'x' != text", "comm == '123456789012345'", "u64 & 1 == i32",
                           "not text == 'y'", "i32", "u64 & u64"}) {
    BOOST_TEST_CONTEXT(text) BOOST_CHECK_NO_THROW(bound(text));
  }
}

BOOST_AUTO_TEST_CASE(what_can_not_be_compared_is_refused) {
  struct row {
    const char* text;
    const char* says;
  };
  for (const auto& [text, what] :
       {row{"text == 5", "compared to a text"}, row{"i32 == 'x'", "compared to a text"},
        row{"text == comm", "text"}, row{"text < 'x'", "== and !="}, row{"text", "in quotes"},
        row{"text & 1", "of numbers"}, row{"bytes == 1", "bytes"}, row{"u64 == -1", "never negative"},
        row{"i32 == 9223372036854775808", "never as large"}, row{"u64 == i32", "may be negative"},
        row{"comm == '1234567890123456'", "15 characters"}}) {
    const auto thrown = error_of([&, given = text] { bound(given); });
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((thrown.code() == bpf::errc::invalid_expression));
      BOOST_TEST(says(thrown, what));
    }
  }
  BOOST_TEST((error_of([] { bound("a == 1 and unknown == 1"); }).code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
