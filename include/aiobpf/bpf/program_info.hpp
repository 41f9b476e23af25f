#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::bpf {

/// What the kernel says of a loaded program.
struct program_info {
  std::uint32_t id = 0;                     ///< the kernel's number, while the program lives
  std::string tag = {};                     ///< 16 hexadecimal digits: the same for the same instructions
  std::string name = {};                    ///< the kernel's copy, cut after 15 characters
  std::uint64_t loaded_at = 0;              ///< nanoseconds after the machine's start
  std::uint32_t created_by = 0;             ///< the user's number
  std::uint32_t instructions_bytes = 0;     ///< as translated by the verifier
  std::uint32_t machine_code_bytes = 0;     ///< 0 where it is interpreted
  std::uint32_t verified_instructions = 0;  ///< that the verifier went through; kernel 5.16, else 0
  std::vector<std::uint32_t> maps = {};     ///< the numbers of the maps that it uses
  std::uint64_t run_count = 0;              ///< while run_statistics live, else 0
  std::uint64_t run_nanoseconds = 0;        ///< of these runs together
  std::uint64_t missed = 0;                 ///< runs that the kernel skipped; kernel 5.12, else 0
};

/// The kernel counts the runs of all programs, and their time, while one of these lives, in any process. It
/// costs each run some 20 ns. Kernel 5.8.
class run_statistics {
public:
  /// Throws bpf::error: an errno.
  run_statistics();

private:
  unique_fd enabled_;
};

}  // namespace aiobpf::bpf
