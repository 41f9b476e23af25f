#pragma once

#include <aiobpf/probes/assembler.hpp>
#include <aiobpf/probes/program_writer.hpp>

#include "value_code.hpp"

namespace aiobpf::probes {

/// Writes code that fills the record at r7: every byte of it, as the memory is not zeroed; at the exit of a
/// call, where what was known before is there already, what is known only then. Registers r0 to r5, r8 and r9
/// are used up.
void write_record(assembler& code, value_code& values, const record_plan& plan, phase which);

}  // namespace aiobpf::probes
