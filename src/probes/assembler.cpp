#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/assembler.hpp>

#include <boost/assert.hpp>

#include <linux/bpf.h>

#include <limits>
#include <string>
#include <utility>

namespace aiobpf::probes {
namespace {

constexpr std::size_t not_placed = std::numeric_limits<std::size_t>::max();
constexpr std::int32_t stack_limit = 512;  // MAX_BPF_STACK of the kernel's include/linux/filter.h

// include/uapi/linux/bpf.h names these since kernel 5.12.
constexpr std::uint8_t atomic_code = 0xc0;
constexpr std::int32_t compare_exchange_operation = 0xf1;

std::uint8_t size_code(width bytes) {
  switch (bytes) {
    case width::one: return BPF_B;
    case width::two: return BPF_H;
    case width::four: return BPF_W;
    case width::eight: break;
  }
  return BPF_DW;
}

std::uint8_t operation(arithmetic how) {
  switch (how) {
    case arithmetic::add: return BPF_ADD;
    case arithmetic::subtract: return BPF_SUB;
    case arithmetic::multiply: return BPF_MUL;
    case arithmetic::divide: return BPF_DIV;
    case arithmetic::modulo: return BPF_MOD;
    case arithmetic::bit_and: return BPF_AND;
    case arithmetic::bit_or: return BPF_OR;
    case arithmetic::bit_xor: return BPF_XOR;
    case arithmetic::shift_left: return BPF_LSH;
    case arithmetic::shift_right: return BPF_RSH;
    case arithmetic::shift_right_signed: break;
  }
  return BPF_ARSH;
}

std::uint8_t operation(relation how) {
  switch (how) {
    case relation::equal: return BPF_JEQ;
    case relation::not_equal: return BPF_JNE;
    case relation::less: return BPF_JLT;
    case relation::less_equal: return BPF_JLE;
    case relation::greater: return BPF_JGT;
    case relation::greater_equal: return BPF_JGE;
    case relation::signed_less: return BPF_JSLT;
    case relation::signed_less_equal: return BPF_JSLE;
    case relation::signed_greater: return BPF_JSGT;
    case relation::signed_greater_equal: return BPF_JSGE;
    case relation::any_bit: break;
  }
  return BPF_JSET;
}

[[noreturn]] void throw_too_large(const char* what) {
  throw bpf::error{bpf::errc::not_supported,
                   std::string{"assemble a program: "} + what + ": ask for fewer fields, or for less room"};
}

}  // namespace

assembler::label assembler::new_label() {
  places_.push_back(not_placed);
  return label{places_.size() - 1};
}

void assembler::place(label here) {
  BOOST_ASSERT(places_[here.number_] == not_placed);
  places_[here.number_] = code_.size();
}

void assembler::add(std::uint8_t code, reg to, reg from, std::int32_t offset, std::int32_t immediate) {
  BOOST_ASSERT(offset == static_cast<std::int16_t>(offset));
  code_.push_back({.code = code,
                   .dst_reg = static_cast<std::uint8_t>(to),
                   .src_reg = static_cast<std::uint8_t>(from),
                   .off = static_cast<std::int16_t>(offset),
                   .imm = immediate});
}

void assembler::move(reg to, reg from) {
  add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

void assembler::move(reg to, std::int64_t value) {
  if (value == static_cast<std::int32_t>(value)) {  // sign-extended by the instruction
    return add(BPF_ALU64 | BPF_MOV | BPF_K, to, reg::r0, 0, static_cast<std::int32_t>(value));
  }
  const auto bits = static_cast<std::uint64_t>(value);
  add(BPF_LD | BPF_DW | BPF_IMM, to, reg::r0, 0, static_cast<std::int32_t>(bits));
  add(0, reg::r0, reg::r0, 0, static_cast<std::int32_t>(bits >> 32));
}

void assembler::compute(arithmetic how, reg to, reg with) {
  add(BPF_ALU64 | operation(how) | BPF_X, to, with, 0, 0);
}

void assembler::compute(arithmetic how, reg to, std::int32_t with) {
  add(BPF_ALU64 | operation(how) | BPF_K, to, reg::r0, 0, with);
}

void assembler::load(width bytes, reg to, reg base, std::int32_t offset) {
  add(BPF_LDX | BPF_MEM | size_code(bytes), to, base, offset, 0);
}

void assembler::store(width bytes, reg base, std::int32_t offset, reg from) {
  add(BPF_STX | BPF_MEM | size_code(bytes), base, from, offset, 0);
}

void assembler::store(width bytes, reg base, std::int32_t offset, std::int32_t value) {
  add(BPF_ST | BPF_MEM | size_code(bytes), base, reg::r0, offset, value);
}

// By two shifts: the instruction that does it in one is kernel 6.6's.
void assembler::sign_extend(width bytes, reg value) {
  if (bytes == width::eight) return;
  const std::int32_t unused = 64 - 8 * static_cast<std::int32_t>(bytes);
  compute(arithmetic::shift_left, value, unused);
  compute(arithmetic::shift_right_signed, value, unused);
}

void assembler::atomic_add(reg base, std::int32_t offset, reg amount) {
  add(BPF_STX | atomic_code | BPF_DW, base, amount, offset, BPF_ADD);
}

void assembler::atomic_compare_exchange(reg base, std::int32_t offset, reg value) {
  add(BPF_STX | atomic_code | BPF_DW, base, value, offset, compare_exchange_operation);
}

void assembler::load_map(reg to, int descriptor) {
  add(BPF_LD | BPF_DW | BPF_IMM, to, static_cast<reg>(BPF_PSEUDO_MAP_FD), 0, descriptor);
  add(0, reg::r0, reg::r0, 0, 0);
}

void assembler::call(std::int32_t helper) {
  add(BPF_JMP | BPF_CALL, reg::r0, reg::r0, 0, helper);
}

void assembler::add_jump(std::uint8_t code, reg left, reg right, std::int32_t immediate, label to) {
  jumps_.push_back({code_.size(), to.number_});
  add(code, left, right, 0, immediate);
}

void assembler::jump(label to) {
  add_jump(BPF_JMP | BPF_JA, reg::r0, reg::r0, 0, to);
}

void assembler::jump_if(relation how, reg left, reg right, label to) {
  add_jump(BPF_JMP | operation(how) | BPF_X, left, right, 0, to);
}

void assembler::jump_if(relation how, reg left, std::int32_t right, label to) {
  add_jump(BPF_JMP | operation(how) | BPF_K, left, reg::r0, right, to);
}

void assembler::exit() {
  add(BPF_JMP | BPF_EXIT, reg::r0, reg::r0, 0, 0);
}

std::int32_t assembler::stack(std::size_t bytes) {
  if (bytes > stack_limit || stack_ - static_cast<std::int32_t>((bytes + 7) / 8 * 8) < -stack_limit) {
    throw_too_large("the 512 bytes of its stack are used up");
  }
  return stack_ -= static_cast<std::int32_t>((bytes + 7) / 8 * 8);
}

std::vector<::bpf_insn> assembler::finish() {
  for (const auto& one : jumps_) {
    BOOST_ASSERT(places_[one.label] != not_placed);
    const auto distance =
        static_cast<std::ptrdiff_t>(places_[one.label]) - static_cast<std::ptrdiff_t>(one.instruction) - 1;
    if (distance != static_cast<std::int16_t>(distance)) throw_too_large("a jump is too long");
    code_[one.instruction].off = static_cast<std::int16_t>(distance);
  }
  jumps_.clear();
  return std::move(code_);
}

}  // namespace aiobpf::probes
