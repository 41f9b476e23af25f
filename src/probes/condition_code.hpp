#pragma once

#include <aiobpf/probes/assembler.hpp>
#include <aiobpf/probes/condition.hpp>

#include "value_code.hpp"

namespace aiobpf::probes {

/// Writes code that goes on where a bound condition is true, and jumps to `otherwise` where it is not.
/// Registers r0 to r5, r8 and r9 are used up.
void write_condition(assembler& code, value_code& values, const condition& what, assembler::label otherwise);

}  // namespace aiobpf::probes
