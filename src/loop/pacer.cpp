#include <aiobpf/loop/pacer.hpp>

#include <algorithm>
#include <cstdint>

namespace aiobpf::loop {

void pacer::spent(std::size_t records, std::chrono::nanoseconds elapsed) noexcept {
  if (records == 0) return;
  const auto taken = static_cast<std::uint64_t>(std::max<std::int64_t>(elapsed.count(), 1));
  const auto time = static_cast<std::uint64_t>(time_.count());
  // records that fit into `time` at the rate just seen
  const auto fit = static_cast<std::size_t>(static_cast<long double>(records) * time / taken);
  allowance_ = std::clamp<std::size_t>(std::min(fit, allowance_ * 2), 1, most_);
}

}  // namespace aiobpf::loop
