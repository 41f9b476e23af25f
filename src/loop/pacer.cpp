#include <aiobpf/loop/pacer.hpp>

#include <algorithm>
#include <cstdint>

namespace aiobpf::loop {

void pacer::spent(std::size_t records, std::chrono::nanoseconds elapsed) noexcept {
  if (records == 0) return;
  // As many as fit into the time at the rate just seen. Compared before it is converted: a time without end
  // gives more than a size_t holds.
  const long double rate = static_cast<long double>(records) / std::max<std::int64_t>(elapsed.count(), 1);
  const long double fit = rate * time_.count();
  const std::size_t doubled = allowance_ * 2;
  const std::size_t next = fit < doubled ? static_cast<std::size_t>(std::max(fit, 0.0L)) : doubled;
  allowance_ = std::clamp<std::size_t>(next, 1, most_);
}

}  // namespace aiobpf::loop
