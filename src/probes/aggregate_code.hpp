#pragma once

#include <aiobpf/probes/aggregate.hpp>
#include <aiobpf/probes/program_writer.hpp>
#include <aiobpf/probes/record_plan.hpp>

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace aiobpf::probes {

/// A row of the table, as programs write it: one for each CPU.
struct aggregate_value {
  std::uint64_t count;
  std::int64_t sum;
  std::int64_t least;
  std::int64_t most;
};

/// What one program sums up.
struct aggregate_plan {
  record_plan
      key;  ///< without a header, with the conditions; `bucket` is its last member where there are some
  std::optional<field> value;  ///< a number; none: events are counted
  aggregate_options::buckets sorted = aggregate_options::buckets::none;
  std::int64_t least = 0;
  std::uint64_t step = 1;
  std::uint32_t steps = 1;
};

/// The field of the key that is the bucket's number.
field bucket_field();

struct aggregate_maps {
  int table = -1;     ///< a per-CPU hash of the key to an aggregate_value
  int counters = -1;  ///< as program_maps::counters; `seen` counts what found no room
  int begun = -1;     ///< of calls
};

/// Writes the program. `which` is alone, or exit: what a call's entry keeps is a program of write_program().
/// Throws bpf::error: not_supported: the key is too large.
std::vector<::bpf_insn> write_aggregate(const aggregate_plan& plan, const aggregate_maps& maps, phase which);

}  // namespace aiobpf::probes
