#pragma once

#include <aiobpf/probes/record_plan.hpp>

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiobpf::probes {

/// The descriptors of the maps that a program uses, and what it must know of them.
struct program_maps {
  int ring = -1;               ///< BPF_MAP_TYPE_RINGBUF
  std::size_t ring_bytes = 0;  ///< its size
  int counters = -1;  ///< an array of struct aiobpf_ledger, as bpf/aiobpf.bpf.h says, one for each CPU
  int limit = -1;     ///< with per_second: an array of one 8-byte value
  int begun = -1;     ///< of calls: a hash of 8 bytes to a record
  int scratch = -1;   ///< of calls: a per-CPU array of one record
};

/// Which program of a plan.
enum class phase : std::uint8_t {
  alone,  ///< the event is all that there is
  entry,  ///< a call begins: what is known of it is kept, by its thread
  exit,   ///< it ends: it is recorded
};

/// Writes a program of a plan: the filter, the counters of the ledger, sampling and the limit, the record.
/// What it counts, and how, is as AIOBPF_RESERVE does. No I/O.
/// Throws bpf::error: not_supported: the plan is too large for a program.
std::vector<::bpf_insn> write_program(const record_plan& plan, const program_maps& maps,
                                      phase which = phase::alone);

}  // namespace aiobpf::probes
