#pragma once

#include <aiobpf/probes/assembler.hpp>

#include "value_code.hpp"

#include <cstdint>

namespace aiobpf::probes {

// struct aiobpf_ledger of bpf/aiobpf.bpf.h: where what is counted.
inline constexpr std::int32_t seen_at = 0;
inline constexpr std::int32_t ring_full_at = 16;
inline constexpr std::int32_t contended_at = 32;
inline constexpr std::int32_t sampled_at = 40;
inline constexpr std::int32_t limited_at = 48;
inline constexpr std::int32_t unpaired_at = 56;

/// What the programs of probes share. In all of them r6 is what the program was given.
class program_code {
protected:
  program_code() : end_(code_.new_label()) {}

  /// r0 = the value of the key that is on the stack, or 0.
  void lookup(int map, std::int32_t key);

  /// r9 = this CPU's counters; ends the program where there are none.
  void find_counters(int counters);
  /// Adds one to a word of the counters at r9.
  void count(std::int32_t what);
  void count_and_end(std::int32_t what);

  /// Puts the thread's number on the stack: the key of what is kept when a call begins.
  void store_thread();
  /// Puts on the stack where that is; where there is nothing, because the call began before we came or was
  /// left out, the program ends.
  void find_beginning(int begun);
  void forget_beginning(int begun);

  assembler code_;
  value_code values_{code_};
  assembler::label end_;
  std::int32_t thread_ = 0;     // on the stack
  std::int32_t beginning_ = 0;  // on the stack
};

}  // namespace aiobpf::probes
