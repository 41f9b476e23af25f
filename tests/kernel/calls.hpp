#pragma once

#include "kernel.hpp"
#include "raw_bytes.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace aiobpf::tests {

// Where calls.bpf.c counts: an index of `counts`.
inline constexpr std::uint32_t by_tracepoint = 0;
inline constexpr std::uint32_t by_raw_tracepoint = 1;
inline constexpr std::uint32_t by_anywhere = 2;
inline constexpr std::uint32_t by_prepared = 3;
inline constexpr std::uint32_t cookie = 4;  // not a count: the last one that was seen

/// calls.bpf.c: programs that count this thread's calls of getppid, and nothing else.
inline bpf::object_file open_calls() {
  bpf::object_file file{bpf_object_path("calls")};
  file.set_rodata("counted_syscall", std::int64_t{SYS_getppid});
  return file;
}

inline bpf::object load_calls(bpf::object_file file = open_calls()) {
  auto object = std::move(file).load();
  object.program("watch_me").run();
  return object;
}

inline void call(int times) {
  for (int i = 0; i < times; ++i) ::syscall(SYS_getppid);
}

inline std::uint64_t counted(const bpf::object& object, std::uint32_t place) {
  return number_at(object.map("counts"), place);
}

}  // namespace aiobpf::tests
