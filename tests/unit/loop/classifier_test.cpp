#include "bpf_printing.hpp"
#include "error_of.hpp"

#include <aiobpf/loop/classifier.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstring>
#include <optional>
#include <vector>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
using namespace aiobpf::tests;

namespace {

// A record of `length` bytes whose tag, at byte 4, has `size` bytes.
std::vector<std::byte> record(std::uint64_t tag, std::size_t length, std::size_t size = 4) {
  std::vector<std::byte> bytes(length + 16);
  std::memcpy(bytes.data() + 4, &tag, size);
  bytes.resize(length);
  return bytes;
}

const std::vector<loop::record_type> types{
    {"exec", 1, 32}, {"exit", 7, 16}, {"text", 1023, 8, true}, {"large", 1'000'000, 8}};

}  // namespace

BOOST_AUTO_TEST_SUITE(classifying)

BOOST_AUTO_TEST_CASE(a_record_has_the_type_of_its_tag_and_of_its_length) {
  const loop::classifier classify{{.offset = 4, .size = 4}, types};
  struct row {
    std::uint64_t tag;
    std::size_t length;
    loop::type_number expected;
  };
  for (const auto& one : {
           row{1, 32, 0},
           row{7, 16, 1},
           row{1023, 8, 2},
           row{1023, 500, 2},  // open-ended
           row{1'000'000, 8, 3},
           row{1, 31, loop::too_short},
           row{1, 33, loop::too_long},
           row{1'000'000, 9, loop::too_long},
           row{0, 32, loop::unknown_type},
           row{2, 32, loop::unknown_type},
           row{1024, 32, loop::unknown_type},
           row{0xffff'ffff, 32, loop::unknown_type},
           row{1, 7, loop::too_short},  // ends in its tag
           row{1, 0, loop::too_short},
       }) {
    BOOST_TEST_CONTEXT("tag " << one.tag << ", " << one.length << " bytes") {
      BOOST_TEST(classify(record(one.tag, one.length)) == one.expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_tag_has_any_size_of_an_integer) {
  for (const std::uint32_t size : {1U, 2U, 4U, 8U}) {
    const std::uint64_t largest = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
    const loop::classifier classify{{.offset = 4, .size = size}, {{"zero", 0, 16}, {"largest", largest, 16}}};
    BOOST_TEST_CONTEXT(size << " bytes") {
      BOOST_TEST(classify(record(0, 16, size)) == 0U);
      BOOST_TEST(classify(record(largest, 16, size)) == 1U);
      BOOST_TEST(classify(record(largest - 1, 16, size)) == loop::unknown_type);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_a_tag_only_the_length_counts) {
  const loop::classifier classify{loop::record_type{.name = "exec", .size = 8}};
  BOOST_TEST(classify(record(5, 8)) == 0U);
  BOOST_TEST(classify(record(5, 7)) == loop::too_short);
  BOOST_TEST(classify(record(5, 9)) == loop::too_long);
}

BOOST_AUTO_TEST_CASE(each_misfit_has_a_cause) {
  BOOST_TEST((loop::misfit(loop::unknown_type) == records::cause::unknown_type));
  BOOST_TEST((loop::misfit(loop::too_short) == records::cause::too_short));
  BOOST_TEST((loop::misfit(loop::too_long) == records::cause::too_long));
  BOOST_TEST((loop::misfit(0) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(types_that_cannot_be_told_apart_are_refused_by_name) {
  struct row {
    loop::tag_field where;
    std::vector<loop::record_type> types;
    bpf::errc code;
    const char* says;
  };
  for (const auto& one : {
           row{{.size = 4}, {}, bpf::errc::wrong_type, "no type"},
           row{{.size = 3}, {{"a", 1, 8}}, bpf::errc::wrong_size, "not 3"},
           row{{.size = 0}, {{"a", 1, 8}}, bpf::errc::wrong_size, "not 0"},
           row{{.size = 4}, {{"a", 1, 8}, {"b", 1, 8}}, bpf::errc::wrong_type, "'a' and the type 'b'"},
           row{{.size = 1}, {{"a", 256, 8}}, bpf::errc::wrong_type, "cannot be 256"},
           row{{.offset = 8, .size = 4}, {{"a", 1, 11}}, bpf::errc::wrong_size, "ends at byte 12"},
       }) {
    const auto thrown = error_of([&] { loop::classifier{one.where, one.types}; });
    BOOST_TEST(thrown.code() == one.code);
    BOOST_TEST(says(thrown, one.says));
  }
}

BOOST_AUTO_TEST_SUITE_END()
