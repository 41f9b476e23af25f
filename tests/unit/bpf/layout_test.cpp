// Reads types from compiled objects. Opening one needs no privilege and no kernel.
#include <aiobpf/bpf/layout.hpp>

#include "bpf_printing.hpp"
#include "error_of.hpp"
#include "kernel.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;
using bpf::field_kind;

namespace {

bpf::struct_layout layout_of(const std::string& object, const std::string& type) {
  return bpf::object_file{bpf_object_path(object)}.layout(type);
}

struct expected_field {
  std::string name;
  std::size_t offset;
  field_kind kind;
  bool is_signed;
  std::size_t size;
  std::size_t count;
};

void check_fields(const bpf::struct_layout& layout, const std::vector<expected_field>& wanted) {
  BOOST_REQUIRE(layout.fields.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& found = layout.fields[i];
    const auto& want = wanted[i];
    BOOST_TEST_CONTEXT("field " << want.name) {
      BOOST_TEST(found.name == want.name);
      BOOST_TEST(found.offset == want.offset);
      BOOST_TEST(found.kind == want.kind);
      BOOST_TEST(found.is_signed == want.is_signed);
      BOOST_TEST(found.size == want.size);
      BOOST_TEST(found.count == want.count);
    }
  }
}

struct refused_type {
  std::string name;
  std::string field;
  std::string reason;
};
std::ostream& operator<<(std::ostream& out, const refused_type& type) {
  return out << type.name;
}

const std::vector<refused_type> refused{
    {"with_bitfield", "three", "a bitfield"},
    {"with_union", "either", "a union"},
    {"with_matrix", "cells", "an array"},
    {"with_tail", "tail", "an array without a length"},
    {"with_int128", "huge", "an integer of more than 8 bytes"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(layout)

BOOST_AUTO_TEST_CASE(offsets_kinds_and_sizes_are_those_of_the_c_struct) {
  const auto layout = layout_of("emit", "numbered");
  BOOST_TEST(layout.name == "numbered");
  BOOST_TEST(layout.size == sizeof(numbered));
  check_fields(layout,
               {
                   {"sequence", offsetof(numbered, sequence), field_kind::unsigned_integer, false, 8, 0},
                   {"check", offsetof(numbered, check), field_kind::unsigned_integer, false, 8, 0},
                   {"ring", offsetof(numbered, ring), field_kind::unsigned_integer, false, 4, 0},
                   {"negative", offsetof(numbered, negative), field_kind::signed_integer, true, 4, 0},
                   {"text", offsetof(numbered, text), field_kind::text, true, 1, 8},
                   {"shorts", offsetof(numbered, shorts), field_kind::unsigned_integer, false, 2, 2},
                   {"colour", offsetof(numbered, colour), field_kind::enumeration, true, 4, 0},
                   {"odd", offsetof(numbered, odd), field_kind::boolean, false, 1, 0},
                   {"tiny", offsetof(numbered, tiny), field_kind::signed_integer, true, 1, 0},
                   {"pad", offsetof(numbered, pad), field_kind::unsigned_integer, false, 1, 6},
               });
}

BOOST_AUTO_TEST_CASE(every_width_qualifier_and_array_is_read) {
  check_fields(layout_of("shapes", "flat"), {
                                                {"u8", 0, field_kind::unsigned_integer, false, 1, 0},
                                                {"s8", 1, field_kind::signed_integer, true, 1, 0},
                                                {"u16", 2, field_kind::unsigned_integer, false, 2, 0},
                                                {"s16", 4, field_kind::signed_integer, true, 2, 0},
                                                {"u32", 8, field_kind::unsigned_integer, false, 4, 0},
                                                {"s32", 12, field_kind::signed_integer, true, 4, 0},
                                                {"u64", 16, field_kind::unsigned_integer, false, 8, 0},
                                                {"s64", 24, field_kind::signed_integer, true, 8, 0},
                                                {"pointer", 32, field_kind::unsigned_integer, false, 8, 0},
                                                {"qualified", 40, field_kind::unsigned_integer, false, 4, 0},
                                                {"flags", 44, field_kind::boolean, false, 1, 3},
                                                {"letter", 47, field_kind::text, true, 1, 0},
                                                {"raw", 48, field_kind::unsigned_integer, false, 1, 5},
                                                {"longs", 56, field_kind::unsigned_integer, false, 8, 2},
                                            });
}

BOOST_AUTO_TEST_CASE(floating_point_numbers_are_read) {
  check_fields(layout_of("shapes", "with_floats"), {
                                                       {"single", 0, field_kind::floating_point, false, 4, 0},
                                                       {"both", 8, field_kind::floating_point, false, 8, 2},
                                                   });
}

BOOST_AUTO_TEST_CASE(enumerators_come_with_their_values_also_negative_ones) {
  const auto layout = layout_of("emit", "numbered");
  const auto colour = std::find_if(layout.fields.begin(), layout.fields.end(),
                                   [](const bpf::field& field) { return field.name == "colour"; });
  BOOST_REQUIRE((colour != layout.fields.end()));
  const decltype(colour->enumerators) wanted{{"RED", 1}, {"GREEN", 2}, {"BLUE", -7}};
  BOOST_TEST((colour->enumerators == wanted));
}

BOOST_AUTO_TEST_CASE(struct_typedef_and_typedef_of_an_unnamed_struct_are_found) {
  BOOST_TEST(layout_of("emit", "struct numbered").name == "numbered");
  BOOST_TEST(layout_of("shapes", "flat_alias").size == layout_of("shapes", "flat").size);
  BOOST_TEST(layout_of("shapes", "unnamed").fields.at(0).name == "only");
}

BOOST_AUTO_TEST_CASE(a_nested_struct_is_refused_by_the_name_of_its_field) {
  const auto thrown = error_of([] { layout_of("emit", "nested"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "type 'nested': field 'inner' is a struct"));
}

BOOST_DATA_TEST_CASE(what_is_not_flat_is_refused_by_the_name_of_its_field,
                     boost::unit_test::data::make(refused), type) {
  const auto thrown = error_of([&] { layout_of("shapes", type.name); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "'" + type.field + "' is " + type.reason));
}

BOOST_AUTO_TEST_CASE(an_unknown_type_names_those_there_are) {
  const auto thrown = error_of([] { layout_of("emit", "numberd"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
  BOOST_TEST(says(thrown, "type 'numberd'"));
  BOOST_TEST(says(thrown, "numbered"));
  BOOST_TEST(says(thrown, "AIOBPF_EVENT_TYPE"));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_struct_is_not_found) {
  for (const std::string name : {"number", "colour", "int", "", "struct "}) {
    BOOST_TEST_CONTEXT("type '" << name << "'") {
      const auto thrown = error_of([&] { layout_of("shapes", name); });
      BOOST_TEST((thrown.code() == bpf::errc::not_found));
    }
  }
}

BOOST_AUTO_TEST_CASE(without_btf_the_remedy_is_named) {
  const auto thrown = error_of([] { bpf::read_layout(nullptr, "numbered"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
  BOOST_TEST(says(thrown, "clang -g"));
}

BOOST_AUTO_TEST_SUITE_END()
