#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiobpf::probes {

/// The registers of BPF: r0 returns, r1 to r5 are arguments and do not survive a call, r6 to r9 do, r10 is
/// the stack's end and is not written to.
enum class reg : std::uint8_t { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10 };

/// How many bytes an access has.
enum class width : std::uint8_t { one = 1, two = 2, four = 4, eight = 8 };

enum class arithmetic : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  shift_right_signed
};

enum class relation : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  signed_less,
  signed_less_equal,
  signed_greater,
  signed_greater_equal,
  any_bit
};

/// Writes BPF instructions: one call an instruction, jumps by labels.
///
///   assembler code;
///   const auto end = code.new_label();
///   code.call(helper);
///   code.jump_if(relation::equal, reg::r0, 0, end);
///   ...
///   code.place(end);
///   code.exit();
///   const std::vector<::bpf_insn> instructions = code.finish();
///
/// It knows no more than what instructions are: whether they make sense is the verifier's.
///
/// Errors   bpf::error: not_supported when a jump is longer than BPF's 16 bits, or the stack's 512 bytes are
///          used up: the plan is too large
class assembler {
public:
  class label {
    friend class assembler;
    explicit label(std::size_t number) noexcept : number_(number) {}
    std::size_t number_;
  };

  label new_label();
  /// The next instruction is where the label is. Once a label.
  void place(label here);

  void move(reg to, reg from);
  void move(reg to, std::int64_t value);
  void compute(arithmetic how, reg to, reg with);
  void compute(arithmetic how, reg to, std::int32_t with);

  void load(width bytes, reg to, reg base, std::int32_t offset);
  void store(width bytes, reg base, std::int32_t offset, reg from);
  void store(width bytes, reg base, std::int32_t offset, std::int32_t value);

  /// Sign-extends what the low `bytes` of a register say to all of it.
  void sign_extend(width bytes, reg value);

  /// Adds to 8 bytes of memory, whole.
  void atomic_add(reg base, std::int32_t offset, reg amount);
  /// Where 8 bytes of memory are r0, they become `value`; r0 becomes what they were. Kernel 5.12.
  void atomic_compare_exchange(reg base, std::int32_t offset, reg value);

  void load_map(reg to, int descriptor);
  void call(std::int32_t helper);
  void jump(label to);
  void jump_if(relation how, reg left, reg right, label to);
  void jump_if(relation how, reg left, std::int32_t right, label to);
  void exit();

  /// Room on the stack, a multiple of 8 bytes: its offset from r10.
  std::int32_t stack(std::size_t bytes);

  /// The instructions, with their jumps. Every label that is jumped to was placed.
  std::vector<::bpf_insn> finish();

private:
  struct jump_to_patch {
    std::size_t instruction;
    std::size_t label;
  };
  void add(std::uint8_t code, reg to, reg from, std::int32_t offset, std::int32_t immediate);
  void add_jump(std::uint8_t code, reg left, reg right, std::int32_t immediate, label to);

  std::vector<::bpf_insn> code_;
  std::vector<std::size_t> places_;  // of each label: the instruction; npos until it is placed
  std::vector<jump_to_patch> jumps_;
  std::int32_t stack_ = 0;
};

}  // namespace aiobpf::probes
