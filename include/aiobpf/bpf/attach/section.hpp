#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>

namespace aiobpf::bpf {

/// Attaches a program where its section says, as SEC("raw_tp/sys_enter") or
/// SEC("tracepoint/sched/sched_switch").
///
///   const bpf::link link = attach(object.program("on_exec"));
///
/// Dropping the link detaches.
/// Throws bpf::error: not_supported (such a section names no place, for example "syscall": run() it);
/// wrong_phase (not loaded); an errno, with what is missing (capability, tracefs mount, no such tracepoint).
[[nodiscard]] link attach(const program& program);

}  // namespace aiobpf::bpf
