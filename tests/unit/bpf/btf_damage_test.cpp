// BTF that no compiler writes: each case is a few words of types, put together by hand.
#include "error_of.hpp"

#include <aiobpf/bpf/btf.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <linux/btf.h>

#include <cstring>
#include <ostream>
#include <string>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

using words = std::vector<std::uint32_t>;

// The names that types below refer to: "a" is at 1, "b" at 3.
constexpr char names[] = "\0a\0b";
constexpr std::uint32_t a = 1;
constexpr std::uint32_t b = 3;

constexpr std::uint32_t info(std::uint32_t kind, std::uint32_t entries = 0) {
  return kind << 24 | entries;
}
constexpr std::uint32_t with_flag = 1U << 31;

std::vector<std::byte> btf_of(const words& types) {
  ::btf_header header{};
  header.magic = BTF_MAGIC;
  header.version = BTF_VERSION;
  header.hdr_len = sizeof(header);
  header.type_len = static_cast<std::uint32_t>(types.size() * 4);
  header.str_off = header.type_len;
  header.str_len = sizeof(names);
  std::vector<std::byte> out(sizeof(header) + header.type_len + sizeof(names));
  std::memcpy(out.data(), &header, sizeof(header));
  std::memcpy(out.data() + sizeof(header), types.data(), header.type_len);
  std::memcpy(out.data() + sizeof(header) + header.type_len, names, sizeof(names));
  return out;
}

const words u32{a, info(BTF_KIND_INT), 4, 32};  // 4 words

struct damaged {
  std::string what;
  words types;  ///< the last one is asked for
  std::string reason;
  std::string libbpfs_reason = {};  ///< where a newer libbpf finds it first
};
std::ostream& operator<<(std::ostream& out, const damaged& one) {
  return out << one.what;
}

words operator+(words first, const words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const std::vector<damaged> all_damaged{
    {"a type that is not there",
     {a, info(BTF_KIND_TYPEDEF), 7},
     "there is no type 7",
     "invalid referenced type ID 7"},
    {"a name that is not there", {99, info(BTF_KIND_INT), 4, 32}, "a name", "invalid type name"},
    {"a typedef of itself", {a, info(BTF_KIND_TYPEDEF), 1}, "in a circle"},
    {"a pointer to itself", {0, info(BTF_KIND_PTR), 1}, "in a circle"},
    {"an array of itself", {0, info(BTF_KIND_ARRAY), 0, 1, 1, 2}, "in a circle"},
    {"a struct inside of itself", {a, info(BTF_KIND_STRUCT, 1), 4, b, 1, 0}, "in a circle"},
    {"an integer of 3 bytes", {a, info(BTF_KIND_INT), 3, 24}, "an integer has 3 bytes"},
    {"an enumeration of 16 bytes", {a, info(BTF_KIND_ENUM), 16}, "an enumeration has 16 bytes"},
    {"a field behind the end", u32 + words{a, info(BTF_KIND_STRUCT, 1), 4, b, 1, 8},
     "not inside of its struct"},
    {"a struct that is too small", u32 + words{a, info(BTF_KIND_STRUCT, 1), 3, b, 1, 0},
     "not inside of its struct"},
    {"a field of no size", words{a, info(BTF_KIND_FWD), 0} + words{a, info(BTF_KIND_STRUCT, 1), 4, b, 1, 0},
     "has no size"},
    {"a field without a name", u32 + words{a, info(BTF_KIND_STRUCT, 1), 4, 0, 1, 0}, "a field has no name"},
    {"two fields of one name", u32 + words{a, info(BTF_KIND_STRUCT, 2), 8, b, 1, 0, b, 1, 32},
     "are called 'b'"},
    {"a name twice, once inside of an anonymous union",
     u32 + words{0, info(BTF_KIND_UNION, 1), 4, b, 1, 0} +
         words{a, info(BTF_KIND_STRUCT, 2), 8, b, 1, 0, 0, 2, 32},
     "are called 'b'"},
    {"an offset inside of a byte", u32 + words{a, info(BTF_KIND_STRUCT, 1), 8, b, 1, 3}, "a bitfield that"},
    {"a bitfield wider than its type",
     u32 + words{a, info(BTF_KIND_STRUCT, 1) | with_flag, 8, b, 1, 33U << 24}, "a bitfield that"},
    {"a bitfield in a struct that is too large for it",
     words{a, info(BTF_KIND_INT), 4, 5} + words{a, info(BTF_KIND_STRUCT, 1), 1U << 22, b, 1, 1U << 24},
     "a struct with bitfields is larger"},
    {"a bitfield of a struct",
     words{a, info(BTF_KIND_STRUCT), 4} + words{a, info(BTF_KIND_STRUCT, 1) | with_flag, 8, b, 1, 3U << 24},
     "a bitfield that"},
    {"a huge array of huge arrays",
     u32 + words{0, info(BTF_KIND_ARRAY), 0, 1, 1, ~0U} + words{0, info(BTF_KIND_ARRAY), 0, 2, 1, ~0U},
     "too large"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(btf_damage)

BOOST_DATA_TEST_CASE(what_is_inconsistent_is_told, boost::unit_test::data::make(all_damaged), one) {
  const auto thrown = error_of([&] {
    const auto types = bpf::btf::of_bytes(btf_of(one.types));
    types.at(types.size());
  });
  BOOST_TEST((thrown.code() == bpf::errc::btf_corrupt));
  const bool by_libbpf = !one.libbpfs_reason.empty() && says(thrown, one.libbpfs_reason);
  BOOST_TEST((by_libbpf || says(thrown, one.reason)), thrown.what());
}

// As compilers wrote them before BTF had a flag for them: the bits are said by the type.
BOOST_AUTO_TEST_CASE(bitfields_without_the_flag_are_read) {
  const auto types = bpf::btf::of_bytes(btf_of(words{a, info(BTF_KIND_INT), 4, 2U << 16 | 5} +
                                               words{a, info(BTF_KIND_STRUCT, 1), 8, b, 1, 32}));
  const auto field = types.at(2)->members.at(0);
  BOOST_TEST(field.bit_offset == 34U);
  BOOST_TEST(field.bit_size == 5U);
}

// A bitfield's offset has 24 bits in BTF, any other one's 32.
BOOST_AUTO_TEST_CASE(a_field_far_from_the_start_is_written_where_it_is) {
  constexpr std::uint32_t far = 1U << 24;
  const auto types = bpf::btf::of_bytes(
      btf_of(u32 + words{a, info(BTF_KIND_STRUCT, 2), far / 8 + 8, a, 1, far, b, 1, far + 32}));
  const auto back = bpf::btf::of_bytes(to_btf(*types.at(2)));
  const auto fields = fields_of(*back.at(back.size()));
  BOOST_TEST(fields.at(0).bit_offset == far);
  BOOST_TEST(fields.at(1).bit_offset == far + 32);
  BOOST_TEST(fields.at(1).bit_size == 0U);
}

// Whatever its own size is.
BOOST_AUTO_TEST_CASE(enumerators_of_64_bits_are_written_whole) {
  const auto types = bpf::btf::of_bytes(btf_of(words{a, info(BTF_KIND_ENUM64, 2), 4, a, ~0U, 0, b, 1, 2}));
  const auto back = bpf::btf::of_bytes(to_btf(*types.at(1)));
  const auto& found = *back.at(back.size());
  BOOST_TEST(!found.is_signed);
  BOOST_TEST(found.enumerators.at(0).value == 0xffffffff);
  BOOST_TEST(found.enumerators.at(1).value == 0x200000001);
}

BOOST_AUTO_TEST_CASE(a_declaration_is_found_where_there_is_no_definition) {
  const auto types =
      bpf::btf::of_bytes(btf_of(words{a, info(BTF_KIND_FWD), 0} + words{b, info(BTF_KIND_FWD), 0} +
                                words{b, info(BTF_KIND_STRUCT), 4}));
  BOOST_TEST(types.find("struct a")->name == "struct a");
  BOOST_TEST(types.find("b")->size == 4U);
}

// Anonymous members without a field are dropped: else this would be 2^40 of them.
BOOST_AUTO_TEST_CASE(empty_structs_in_one_another_end) {
  words all{0, info(BTF_KIND_STRUCT), 0};
  for (std::uint32_t id = 1; id <= 40; ++id)
    all = all + words{0, info(BTF_KIND_STRUCT, 2), 0, 0, id, 0, 0, id, 0};
  const auto types = bpf::btf::of_bytes(btf_of(all));
  BOOST_TEST(types.at(types.size())->members.empty());
}

BOOST_AUTO_TEST_SUITE_END()
