#pragma once

#include "kernel.hpp"
#include "raw_bytes.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace aiobpf::tests {

/// A test object with counts.bpf.h of which only these programs are loaded.
inline bpf::object_file open_only(const std::string& name, std::initializer_list<const char*> programs) {
  bpf::object_file file{bpf_object_path(name)};
  for (const char* program : programs) file.set_autoload(program, true);
  return file;
}

/// The same, loaded; this thread is watched.
inline bpf::object load_only(const std::string& name, std::initializer_list<const char*> programs) {
  auto object = open_only(name, programs).load();
  object.program("watch_me").run();
  return object;
}

inline std::uint64_t counted_at(const bpf::object& object, std::uint32_t place) {
  return number_at(object.map("counts"), place);
}

inline void call_getppid(int times) {
  for (int i = 0; i < times; ++i) ::syscall(SYS_getppid);
}

}  // namespace aiobpf::tests
