#pragma once

#include <aiobpf/probes/assembler.hpp>
#include <aiobpf/probes/condition.hpp>
#include <aiobpf/probes/field.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aiobpf::probes {

/// Code that gets values: into registers, or into memory. What the program was given is in r6, and stays
/// there. Registers r0 to r5 are used up; r7 to r9 are not touched, unless they are said.
class value_code {
public:
  explicit value_code(assembler& code) : code_(code) {}

  /// A number, with its sign, in r0. One that cannot be read is 0.
  void number(const field& its);

  /// Where a value in memory is, in r3: of a path's end, of what a __data_loc says. Calls helpers for paths.
  void address(const location& at);

  /// A number without a sign of what the program was given, in r0: at once where it is aligned.
  void load_context(std::size_t offset, std::size_t bytes);

  /// A helper's r0 of builtins that are numbers.
  void builtin_number(builtin which);

  /// Reads `bytes` at r3 to base + offset, and leaves the helper's result in r0.
  void read_memory(const location& at, reg base, std::int32_t offset, std::size_t bytes);
  /// The same of a text, up to its NUL: `bytes` with it. r0 is its length with the NUL, or negative.
  void read_text(const location& at, reg base, std::int32_t offset, std::size_t bytes);

  /// Where on the stack there is a pointer to what was kept when a call began.
  void set_beginning(std::int32_t slot) noexcept { beginning_ = slot; }

  /// Room on the stack that one value at a time has.
  std::int32_t scratch();

private:
  void pointer_at_root(const location& at);

  assembler& code_;
  std::optional<std::int32_t> scratch_;
  std::int32_t beginning_ = 0;
};

width width_of(std::size_t bytes);

}  // namespace aiobpf::probes
