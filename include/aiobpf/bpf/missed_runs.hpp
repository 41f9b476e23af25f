#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::bpf {

class map;
class object;

/// Runs that the kernel skipped, because a program would have interrupted itself on its CPU: what it would
/// have emitted does not exist, and no counter of the program can know (struct bpf_prog_info,
/// recursion_misses; kernel 5.12, older ones give 0).
///
/// Holds its own descriptors of the programs, so it may outlive the object.
class missed_runs {
public:
  missed_runs() = default;
  /// Of the programs of an object that use a map. Throws bpf::error: an errno.
  missed_runs(const object& from, const map& used);
  /// Of programs by their descriptors.
  explicit missed_runs(std::vector<unique_fd> programs) noexcept : programs_(std::move(programs)) {}

  /// Since the programs were loaded, of all of them together. A system call for each.
  std::uint64_t count() const noexcept;

private:
  std::vector<unique_fd> programs_;
};

}  // namespace aiobpf::bpf
