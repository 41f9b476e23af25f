#pragma once

#include "kernel.hpp"

#include <sched.h>

#include <cstdint>
#include <span>

namespace aiobpf::tests {

/// What the program `emit_samples` of perf.bpf.c is given.
struct sample_args {
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
  std::uint64_t size = 0;  ///< 0: 48 bytes; 1: 16 to 527, by its number
};

/// This thread runs on one CPU while this lives.
class on_cpu {
public:
  explicit on_cpu(int cpu) {
    BOOST_REQUIRE(::sched_getaffinity(0, sizeof(before_), &before_) == 0);
    ::cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    BOOST_REQUIRE(::sched_setaffinity(0, sizeof(one), &one) == 0);
  }
  ~on_cpu() { ::sched_setaffinity(0, sizeof(before_), &before_); }
  on_cpu(const on_cpu&) = delete;

private:
  ::cpu_set_t before_;
};

/// Emits `args.count` records into the perf buffer `samples`, on one CPU. Returns how many were refused.
inline std::uint32_t emit_samples(const bpf::object& object, sample_args args, int cpu = 0) {
  const on_cpu here{cpu};
  return object.program("emit_samples").run(std::as_writable_bytes(std::span{&args, 1})).value;
}

}  // namespace aiobpf::tests
