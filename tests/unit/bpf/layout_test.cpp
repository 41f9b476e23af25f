// What is wrong with a layout, and what to do about it, as a table.
#include "error_of.hpp"

#include <aiobpf/bpf/described.hpp>
#include <aiobpf/bpf/layout.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

bpf::type_ptr number(std::size_t size, bpf::type_kind kind = bpf::type_kind::integer) {
  auto made = std::make_shared<bpf::type>();
  made->kind = kind;
  made->name = (kind == bpf::type_kind::floating_point ? "float" : "int") + std::to_string(size * 8);
  made->size = size;
  return made;
}

bpf::type_ptr array(const bpf::type_ptr& element, std::size_t count) {
  auto made = std::make_shared<bpf::type>();
  made->kind = bpf::type_kind::array;
  made->element = element;
  made->count = count;
  made->size = element->size * count;
  return made;
}

struct field {
  std::string name;
  std::size_t offset;
  bpf::type_ptr type;
  std::size_t bits = 0;  // of a bitfield
};

bpf::type_ptr structure(std::size_t size, const std::vector<field>& fields) {
  auto made = std::make_shared<bpf::type>();
  made->kind = bpf::type_kind::structure;
  made->name = "event";
  made->size = size;
  for (const auto& one : fields) made->members.push_back({one.name, one.offset * 8, one.bits, one.type});
  return made;
}

const auto u8 = number(1);
const auto u32 = number(4);
const auto u64 = number(8);
const auto real = number(8, bpf::type_kind::floating_point);
const auto btf = structure(24, {{"time", 0, u64}, {"pid", 8, u32}, {"flags", 12, u8}, {"end", 16, u64}});

struct row {
  const char* name;
  bpf::type_ptr ours;
  std::vector<std::string> found;  // "what: remedy"
  bool by_name = true;
  bpf::type_ptr theirs = btf;
};
std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

const row rows[] = {
    {"equal", structure(24, {{"time", 0, u64}, {"pid", 8, u32}, {"flags", 12, u8}, {"end", 16, u64}}), {}},
    {"padding of ours",
     structure(24, {{"time", 0, u64},
                    {"pid", 8, u32},
                    {"flags", 12, u8},
                    {"_pad", 13, array(u8, 3)},
                    {"end", 16, u64}}),
     {}},
    {"a field before is too small; what follows is said once",
     structure(20, {{"time", 0, u32}, {"pid", 4, u32}, {"flags", 8, u8}, {"end", 12, u64}}),
     {"Size mismatch: the struct 'struct event' has 24 bytes in BTF, 20 here: ",
      "field time has 8 bytes in BTF, 4 bytes here: make it 'int64'",
      "field pid is at offset 8 in BTF, 4 here: add 4 bytes of padding before it"}},
    {"packed",
     structure(21, {{"time", 0, u64}, {"pid", 8, u32}, {"flags", 12, u8}, {"end", 13, u64}}),
     {"Size mismatch: the struct 'struct event' has 24 bytes in BTF, 21 here: ",
      "field end is at offset 16 in BTF, 13 here: add 3 bytes of padding before it"}},
    {"too far",
     structure(32, {{"time", 8, u64}, {"pid", 16, u32}, {"flags", 20, u8}, {"end", 24, u64}}),
     {"Size mismatch: the struct 'struct event' has 24 bytes in BTF, 32 here: ",
      "field time is at offset 0 in BTF, 8 here: remove 8 bytes before it"}},
    {"misspelt",
     structure(24, {{"time", 0, u64}, {"pit", 8, u32}, {"flags", 12, u8}, {"end", 16, u64}}),
     {"field pid (offset 8, 4 bytes) of the struct is missing here: add it",
      "field pit is not in BTF: did you mean pid"}},
    {"other names, in order",
     structure(24, {{"a", 0, u64}, {"b", 8, u32}, {"c", 12, u8}, {"d", 16, u64}}),
     {},
     false},
    {"too few, in order",
     structure(24, {{"a", 0, u64}, {"b", 8, u32}, {"d", 16, u64}}),
     {"BTF has 4 fields, here are 3: name them all, padding too"},
     false},
    {"a float",
     structure(24, {{"time", 0, real}, {"pid", 8, u32}, {"flags", 12, u8}, {"end", 16, u64}}),
     {"field time is 'int64' in BTF, 'float64' here: a floating point number and an integer are not the same "
      "bits"}},
    {"so many bytes are a struct of that size", array(u8, 24), {}},
    {"numbers of one size", u32, {}, true, number(4)},
    {"numbers of two sizes",
     u32,
     {"Size mismatch: the type 'int64' has 8 bytes in BTF, 4 here: "},
     true,
     u64},
    {"elements of an array",
     array(structure(8, {{"y", 0, u32}, {"x", 4, u32}}), 2),
     {"field x is at offset 0 in BTF, 4 here: remove 4 bytes before it",
      "field y is at offset 4 in BTF, 0 here: add 8 bytes of padding before it"},
     true,
     array(structure(8, {{"x", 0, u32}, {"y", 4, u32}}), 2)},
    {"bitfields",
     structure(4, {{"low", 0, u32, 3}}),
     {"field low has 4 bits in BTF, 3 bits here: make it 'int32'"},
     true,
     structure(4, {{"low", 0, u32, 4}})},
};

struct inner {
  std::int16_t x;
  double y;
};
BOOST_DESCRIBE_STRUCT(inner, (), (x, y))

enum class colour : std::uint8_t { red };

struct outer {
  char text[5];
  inner at[2];
  std::array<std::uint32_t, 3> numbers;
  colour hue;
  bool on;
  void* pointer;
};
BOOST_DESCRIBE_STRUCT(outer, (), (text, at, numbers, hue, on, pointer))

}  // namespace

BOOST_AUTO_TEST_SUITE(layout)

BOOST_DATA_TEST_CASE(mismatches_are_found, boost::unit_test::data::make(rows), one) {
  std::vector<std::string> found;
  for (const auto& [what, remedy] : bpf::compare_layouts(*one.ours, *one.theirs, one.by_name)) {
    found.push_back(what + ": " + remedy);
  }
  BOOST_TEST(found == one.found, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_of_them_are_in_one_error) {
  const auto thrown = error_of([] { bpf::check_layout(*rows[3].ours, *btf, "map events: its value"); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_size));
  BOOST_TEST(says(thrown, "map events: its value: Size mismatch"));
  BOOST_TEST(says(thrown, "here; field end is at offset 16 in BTF, 13 here: add 3 bytes"));
  bpf::check_layout(*rows[0].ours, *btf, "map events: its value");
}

BOOST_AUTO_TEST_CASE(a_cpp_struct_is_described_to_its_last_field) {
  const auto its = bpf::describe<outer>();
  BOOST_TEST(its->size == sizeof(outer));
  BOOST_REQUIRE(its->members.size() == 6U);
  const auto offset = [&](std::size_t index) { return its->members[index].bit_offset / 8; };
  BOOST_TEST(offset(0) == offsetof(outer, text));
  BOOST_TEST(offset(1) == offsetof(outer, at));
  BOOST_TEST(offset(2) == offsetof(outer, numbers));
  BOOST_TEST(offset(3) == offsetof(outer, hue));
  BOOST_TEST(offset(5) == offsetof(outer, pointer));
  BOOST_TEST((its->members[0].type->element->kind == bpf::type_kind::character));
  BOOST_TEST(its->members[1].type->count == 2U);
  BOOST_TEST(its->members[1].type->element->members[1].bit_offset == offsetof(inner, y) * 8);
  BOOST_TEST((its->members[3].type->kind == bpf::type_kind::enumeration));
  BOOST_TEST((its->members[4].type->kind == bpf::type_kind::boolean));
  BOOST_TEST((its->members[5].type->kind == bpf::type_kind::pointer));
}

BOOST_AUTO_TEST_CASE(of_an_undescribed_struct_the_size_is_known) {
  struct plain {
    std::uint32_t a;
    std::uint64_t b;
  };
  BOOST_TEST(bpf::describe<plain>()->size == 16U);
  BOOST_TEST(
      bpf::compare_layouts(*bpf::describe<plain>(), *structure(16, {{"a", 0, u32}, {"b", 8, u64}})).empty());
  BOOST_TEST(bpf::compare_layouts(*bpf::describe<plain>(), *structure(12, {{"a", 0, u32}})).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
