// Reads types from compiled objects. Opening one needs no privilege and no kernel.
#include "bpf_printing.hpp"
#include "error_of.hpp"
#include "kernel.hpp"

#include <aiobpf/bpf/btf.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;
using bpf::type_kind;

namespace {

bpf::type_ptr type_of(const std::string& object, const std::string& name) {
  return bpf::object_file{bpf_object_path(object)}.types().find(name);
}

// "three @32:3 __u32 integer(4)": where it is, its type as C writes it, what that is; (-4) where it has a
// sign.
std::string line_of(const bpf::member& field) {
  std::ostringstream out;
  out << field.name << " @" << field.bit_offset;
  if (field.bit_size != 0) out << ':' << field.bit_size;
  out << ' ' << to_string(*field.type) << ' ' << field.type->kind << (field.type->is_signed ? "(-" : "(")
      << field.type->size << ')';
  return out.str();
}

void check_fields(const bpf::type& found, const std::vector<std::string>& wanted) {
  std::vector<std::string> lines;
  for (const auto& field : fields_of(found)) lines.push_back(line_of(field));
  BOOST_TEST(lines == wanted, boost::test_tools::per_element());
}

std::vector<std::byte> contents(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(types)

BOOST_AUTO_TEST_CASE(offsets_kinds_and_sizes_are_those_of_the_c_struct) {
  const auto found = type_of("emit", "numbered");
  BOOST_TEST(found->kind == type_kind::structure);
  BOOST_TEST(found->name == "numbered");
  BOOST_TEST(found->alias == "");
  BOOST_TEST(found->size == sizeof(numbered));
  check_fields(*found, {
                           "sequence @0 __u64 integer(8)",
                           "check @64 __u64 integer(8)",
                           "ring @128 __u32 integer(4)",
                           "negative @160 __s32 integer(-4)",
                           "text @192 char[8] array(8)",
                           "shorts @256 __u16[2] array(4)",
                           "colour @288 enum colour enumeration(-4)",
                           "odd @320 _Bool boolean(1)",
                           "tiny @328 __s8 integer(-1)",
                           "pad @336 __u8[6] array(6)",
                       });
}

BOOST_AUTO_TEST_CASE(every_width_qualifier_and_array_is_read) {
  check_fields(*type_of("shapes", "flat"), {
                                               "u8 @0 __u8 integer(1)",
                                               "s8 @8 __s8 integer(-1)",
                                               "u16 @16 __u16 integer(2)",
                                               "s16 @32 __s16 integer(-2)",
                                               "u32 @64 __u32 integer(4)",
                                               "s32 @96 __s32 integer(-4)",
                                               "u64 @128 __u64 integer(8)",
                                               "s64 @192 __s64 integer(-8)",
                                               "pointer @256 void * pointer(8)",
                                               "qualified @320 __u32 integer(4)",
                                               "flags @352 _Bool[3] array(3)",
                                               "letter @376 char character(-1)",
                                               "raw @384 unsigned char[5] array(5)",
                                               "longs @448 __u64[2] array(16)",
                                           });
  check_fields(*type_of("shapes", "with_floats"), {
                                                      "single @0 float floating_point(4)",
                                                      "both @64 double[2] array(16)",
                                                  });
  check_fields(*type_of("shapes", "with_int128"), {"huge @0 __int128 integer(-16)"});
}

BOOST_AUTO_TEST_CASE(arrays_nest_and_a_flexible_one_has_no_elements) {
  const auto matrix = type_of("shapes", "with_matrix");
  check_fields(*matrix, {
                            "cells @0 __u32[2][3] array(24)",
                            "words @192 char[2][4] array(8)",
                            "raw @256 __u8[2][1][2] array(4)",
                            "ways @288 enum direction[2] array(8)",
                        });
  const auto& cells = *matrix->members.front().type;
  BOOST_TEST(cells.count == 2U);
  BOOST_TEST(cells.element->count == 3U);
  BOOST_TEST(cells.element->element->kind == type_kind::integer);

  const auto tail = type_of("shapes", "with_tail");
  check_fields(*tail, {"length @0 __u32 integer(4)", "tail @32 char[] array(0)"});
}

BOOST_AUTO_TEST_CASE(bitfields_have_a_size_in_bits) {
  check_fields(*type_of("shapes", "with_bitfields"), {
                                                         "before @0 __u32 integer(4)",
                                                         "three @32:3 __u32 integer(4)",
                                                         "minus @35:5 __s32 integer(-4)",
                                                         "rest @40:24 __u32 integer(4)",
                                                         "direction @64:2 enum direction enumeration(-4)",
                                                         "yes @66:1 _Bool boolean(1)",
                                                         "wide @80:40 __u64 integer(8)",
                                                         "byte @120:8 __u8 integer(1)",
                                                     });
}

BOOST_AUTO_TEST_CASE(structs_and_unions_nest_and_what_is_pointed_to_is_only_named) {
  const auto nested = type_of("shapes", "with_nested");
  check_fields(*nested, {
                            "at @0 struct point structure(4)",
                            "path @32 struct point[2][2] array(16)",
                            "number @160 union number union_(4)",
                            "unnamed @192 struct (unnamed) structure(1)",
                            "flat @256 struct flat * pointer(8)",
                            "next @320 struct with_nested * pointer(8)",
                        });
  const auto fields = fields_of(*nested);
  check_fields(*fields[0].type, {"x @0 __s16 integer(-2)", "y @16 __s16 integer(-2)"});
  check_fields(*fields[2].type, {
                                    "whole @0 __u32 integer(4)",
                                    "real @0 float floating_point(4)",
                                    "both @0 struct point structure(4)",
                                });
  BOOST_TEST(fields[5].type->element->kind == type_kind::opaque);
}

BOOST_AUTO_TEST_CASE(fields_of_anonymous_members_are_the_outer_structs) {
  check_fields(*type_of("shapes", "with_anonymous"), {
                                                         "before @0 __u8 integer(1)",
                                                         "word @32 __u32 integer(4)",
                                                         "low @32 __u16 integer(2)",
                                                         "high @48:9 __u16 integer(2)",
                                                         "highest @57:7 __u16 integer(2)",
                                                         "after @64 __u8 integer(1)",
                                                     });
}

BOOST_AUTO_TEST_CASE(enumerators_come_with_their_values_also_negative_ones) {
  const auto colour = type_of("emit", "enum colour");
  BOOST_TEST(colour->is_signed);
  std::vector<std::string> lines;
  for (const auto& one : colour->enumerators) lines.push_back(one.name + '=' + std::to_string(one.value));
  BOOST_TEST(lines == (std::vector<std::string>{"RED=1", "GREEN=2", "BLUE=-7"}),
             boost::test_tools::per_element());
}

// clang 14 writes the low 32 bits of each; newer ones write all 64.
BOOST_AUTO_TEST_CASE(enumerators_of_8_bytes_are_whole_or_left_out) {
  const auto wide = type_of("shapes", "enum wide");
  BOOST_TEST(wide->size == 8U);
  for (const auto& one : wide->enumerators) BOOST_TEST((one.name == "SMALL" || one.value == 0x100000000));
}

BOOST_AUTO_TEST_CASE(a_typedef_keeps_its_name) {
  const auto alias = type_of("shapes", "flat_alias");
  BOOST_TEST(alias->alias == "flat_alias");
  BOOST_TEST(alias->name == "flat");
  BOOST_TEST(alias->size == type_of("shapes", "flat")->size);
  const auto unnamed = type_of("shapes", "unnamed");
  BOOST_TEST(unnamed->alias == "unnamed");
  BOOST_TEST(unnamed->name == "");
  BOOST_TEST(type_of("shapes", "number")->kind == type_kind::union_);  // there is a typedef of that name, too
}

BOOST_AUTO_TEST_CASE(a_keyword_says_which_type_of_a_name_is_meant) {
  BOOST_TEST(type_of("emit", "struct numbered")->name == "numbered");
  BOOST_TEST(type_of("shapes", "union number")->kind == type_kind::union_);
  BOOST_TEST(type_of("shapes", "enum direction")->size == 4U);
  BOOST_TEST(type_of("shapes", "unsigned char")->size == 1U);
  for (const std::string name : {"union numbered", "enum numbered", "struct number", "struct flat_alias"}) {
    BOOST_TEST_CONTEXT("type '" << name << "'") {
      BOOST_TEST((error_of([&] { type_of(name == "struct number" ? "shapes" : "emit", name); }).code() ==
                  bpf::errc::not_found));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_type_names_those_there_are) {
  const auto thrown = error_of([] { type_of("emit", "numberd"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
  BOOST_TEST(says(thrown, "type 'numberd'"));
  BOOST_TEST(says(thrown, "numbered"));
  BOOST_TEST(says(thrown, "AIOBPF_EVENT_TYPE"));
}

BOOST_AUTO_TEST_CASE(a_name_of_nothing_is_not_found) {
  using std::string_literals::operator""s;
  for (const auto& name : {""s, "struct "s, "struct  flat"s, "flat\0"s, "emit"s, ".rodata"s}) {
    BOOST_TEST_CONTEXT("type '" << name << "'") {
      BOOST_TEST((error_of([&] { type_of("shapes", name); }).code() == bpf::errc::not_found));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_type_is_made_once_and_outlives_its_btf) {
  bpf::type_ptr kept;
  {
    const bpf::object_file file{bpf_object_path("shapes")};
    kept = file.types().find("flat");
    BOOST_TEST((kept == file.types().find("struct flat")));
  }
  BOOST_TEST(kept->members.size() == 14U);
}

BOOST_AUTO_TEST_CASE(types_have_numbers) {
  const auto types = bpf::btf::of_file(bpf_object_path("shapes"));
  BOOST_TEST(types.size() > 20U);
  BOOST_TEST(to_string(*types.at(0)) == "void");
  for (std::uint32_t id = 1; id <= types.size(); ++id) BOOST_TEST((types.at(id) != nullptr));
  const auto thrown = error_of([&] { types.at(types.size() + 1); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_file_is_an_object_or_btf_alone) {
  const auto object = bpf_object_path("shapes");
  BOOST_TEST(bpf::btf::of_file(object).find("flat")->size == 72U);

  const auto no_btf = error_of([] { bpf::btf::of_file("/proc/self/exe"); });
  BOOST_TEST((no_btf.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_btf, "clang -g"));
  const auto no_elf = error_of([] { bpf::btf::of_file("/proc/self/status"); });
  BOOST_TEST((no_elf.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(no_elf, "read the BTF of /proc/self/status: not BTF"));
  BOOST_TEST(error_of([] { bpf::btf::of_file("no/such"); }).code() == errno_code(ENOENT));
}

BOOST_AUTO_TEST_CASE(a_type_is_written_as_btf_and_read_back) {
  for (const std::string object : {"emit", "shapes"}) {
    const auto types = bpf::btf::of_file(bpf_object_path(object));
    for (std::uint32_t id = 0; id <= types.size(); ++id) {
      const auto written = to_btf(*types.at(id));
      const auto back = bpf::btf::of_bytes(written);
      const auto& root = *back.at(back.size());
      BOOST_TEST_CONTEXT(to_string(root)) {
        BOOST_TEST(to_string(root) == to_string(*types.at(id)));
        BOOST_TEST(root.size == types.at(id)->size);
        BOOST_TEST((to_btf(root) == written));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(equal_types_of_two_objects_are_written_as_equal_bytes) {
  const auto bytes = contents(bpf_object_path("shapes"));
  const auto file = bpf::object_file::from_memory(bytes);
  const auto written = to_btf(*file.types().find("with_nested"));
  BOOST_TEST((to_btf(*type_of("shapes", "with_nested")) == written));
  BOOST_TEST((to_btf(*type_of("shapes", "with_matrix")) != written));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_btf_are_refused) {
  for (const std::size_t size : {0, 1, 8, 24, 64}) {
    const std::vector<std::byte> nonsense(size, std::byte{0x5a});
    BOOST_TEST((error_of([&] { bpf::btf::of_bytes(nonsense); }).code() == bpf::errc::wrong_type));
  }
}

BOOST_AUTO_TEST_SUITE_END()
