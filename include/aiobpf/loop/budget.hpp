#pragma once

#include <chrono>
#include <cstddef>

namespace aiobpf::loop {

/// What one turn of the loop may take, at most. Whichever limit is reached first ends the turn; other
/// work of the loop runs before the next one.
struct budget {
  std::size_t records = 4096;
  std::size_t bytes = 256 * 1024;  ///< of ring space, headers included; one record is always taken
  /// For taking records and for the handler that gets them. The handler cannot be interrupted: when it
  /// is slow, the following turns are given fewer records.
  std::chrono::nanoseconds time = std::chrono::milliseconds{1};
};

}  // namespace aiobpf::loop
