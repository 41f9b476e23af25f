#pragma once

#include <chrono>

namespace aiobpf::loop {

/// For those who give a processor: a channel is looked at again and again, without waiting.
struct polling {
  /// Between two looks; the processor is kept meanwhile.
  std::chrono::nanoseconds pause{0};
  /// After so long without a record it waits for the descriptor, until the next one comes.
  std::chrono::nanoseconds idle = std::chrono::milliseconds{10};
};

}  // namespace aiobpf::loop
