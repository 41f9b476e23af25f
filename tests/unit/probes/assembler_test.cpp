#include "error_of.hpp"

#include <aiobpf/probes/assembler.hpp>

#include <boost/test/unit_test.hpp>

#include <linux/bpf.h>

#include <bit>
#include <functional>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;
using probes::reg;
using probes::width;

namespace {

// As the kernel has it in memory: code, registers, offset, immediate.
std::uint64_t word_of(const ::bpf_insn& one) {
  return std::bit_cast<std::uint64_t>(one);
}

constexpr std::uint64_t word(std::uint8_t code, int to, int from, std::int16_t offset,
                             std::int32_t immediate) {
  return code | std::uint64_t{static_cast<std::uint8_t>(to | from << 4)} << 8 |
         std::uint64_t{static_cast<std::uint16_t>(offset)} << 16 |
         std::uint64_t{static_cast<std::uint32_t>(immediate)} << 32;
}

std::vector<std::uint64_t> written(const std::function<void(probes::assembler&)>& write) {
  probes::assembler code;
  write(code);
  std::vector<std::uint64_t> words;
  for (const auto& one : code.finish()) words.push_back(word_of(one));
  return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(assembler)

// Codes as Documentation/bpf/standardization/instruction-set.rst of the kernel has them.
BOOST_AUTO_TEST_CASE(each_call_is_the_instruction_that_the_kernel_documents) {
  struct row {
    std::function<void(probes::assembler&)> write;
    std::vector<std::uint64_t> words;
  };
  const std::vector<row> rows{
      {[](auto& code) { code.move(reg::r1, reg::r6); }, {word(0xbf, 1, 6, 0, 0)}},
      {[](auto& code) { code.move(reg::r1, std::int64_t{-5}); }, {word(0xb7, 1, 0, 0, -5)}},
      {[](auto& code) { code.move(reg::r1, std::int64_t{0x80000000}); },
       {word(0x18, 1, 0, 0, INT32_MIN), word(0, 0, 0, 0, 0)}},
      {[](auto& code) { code.move(reg::r9, std::int64_t{0x123456789abcdef0}); },
       {word(0x18, 9, 0, 0, static_cast<std::int32_t>(0x9abcdef0)), word(0, 0, 0, 0, 0x12345678)}},
      {[](auto& code) { code.compute(probes::arithmetic::add, reg::r2, reg::r3); }, {word(0x0f, 2, 3, 0, 0)}},
      {[](auto& code) { code.compute(probes::arithmetic::bit_and, reg::r2, 255); },
       {word(0x57, 2, 0, 0, 255)}},
      {[](auto& code) { code.compute(probes::arithmetic::shift_right, reg::r0, 32); },
       {word(0x77, 0, 0, 0, 32)}},
      {[](auto& code) { code.load(width::four, reg::r1, reg::r6, 16); }, {word(0x61, 1, 6, 16, 0)}},
      {[](auto& code) { code.load(width::one, reg::r1, reg::r6, -1); }, {word(0x71, 1, 6, -1, 0)}},
      {[](auto& code) { code.store(width::eight, reg::r7, 24, reg::r0); }, {word(0x7b, 7, 0, 24, 0)}},
      {[](auto& code) { code.store(width::two, reg::r7, 6, 9); }, {word(0x6a, 7, 0, 6, 9)}},
      {[](auto& code) { code.sign_extend(width::two, reg::r0); },
       {word(0x67, 0, 0, 0, 48), word(0xc7, 0, 0, 0, 48)}},
      {[](auto& code) { code.sign_extend(width::eight, reg::r0); }, {}},
      {[](auto& code) { code.atomic_add(reg::r9, 16, reg::r1); }, {word(0xdb, 9, 1, 16, 0)}},
      {[](auto& code) { code.atomic_compare_exchange(reg::r7, 0, reg::r1); }, {word(0xdb, 7, 1, 0, 0xf1)}},
      {[](auto& code) { code.load_map(reg::r1, 12); }, {word(0x18, 1, 1, 0, 12), word(0, 0, 0, 0, 0)}},
      {[](auto& code) { code.call(131); }, {word(0x85, 0, 0, 0, 131)}},
      {[](auto& code) { code.exit(); }, {word(0x95, 0, 0, 0, 0)}},
  };
  for (const auto& [write, words] : rows)
    BOOST_TEST(written(write) == words, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(jumps_lead_to_their_labels_forwards_and_backwards) {
  const auto words = written([](auto& code) {
    const auto end = code.new_label();
    const auto begin = code.new_label();
    code.place(begin);
    code.jump_if(probes::relation::equal, reg::r0, 0, end);
    code.jump_if(probes::relation::signed_less, reg::r1, reg::r2, begin);
    code.jump(end);
    code.move(reg::r0, reg::r1);
    code.place(end);
    code.exit();
  });
  const std::vector<std::uint64_t> wanted{word(0x15, 0, 0, 3, 0), word(0xcd, 1, 2, -2, 0),
                                          word(0x05, 0, 0, 1, 0), word(0xbf, 0, 1, 0, 0),
                                          word(0x95, 0, 0, 0, 0)};
  BOOST_TEST(words == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_jump_that_is_too_long_is_refused) {
  const auto jump_over = [](int instructions) {
    probes::assembler code;
    const auto end = code.new_label();
    code.jump(end);
    for (int i = 0; i < instructions; ++i) code.move(reg::r0, reg::r1);
    code.place(end);
    code.exit();
    return code.finish().front().off;
  };
  BOOST_TEST(jump_over(INT16_MAX) == INT16_MAX);
  BOOST_TEST((error_of([&] { jump_over(INT16_MAX + 1); }).code() == bpf::errc::not_supported));
}

BOOST_AUTO_TEST_CASE(the_stack_has_512_bytes) {
  probes::assembler code;
  BOOST_TEST(code.stack(4) == -8);
  BOOST_TEST(code.stack(9) == -24);
  BOOST_TEST(code.stack(488) == -512);
  BOOST_TEST((error_of([&] { code.stack(1); }).code() == bpf::errc::not_supported));
  BOOST_TEST((error_of([&] { code.stack(SIZE_MAX); }).code() == bpf::errc::not_supported));
}

BOOST_AUTO_TEST_SUITE_END()
