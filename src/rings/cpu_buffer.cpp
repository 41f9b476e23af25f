#include <aiobpf/rings/cpu_buffer.hpp>

namespace aiobpf::rings {

std::optional<cpu_buffer> cpu_buffer::open(int cpu, std::size_t bytes) {
  auto quiet = perf_event::open({.cpu = cpu, .watermark = static_cast<std::uint32_t>(bytes / 2)});
  if (!quiet) return std::nullopt;
  auto memory = perf_memory::map_event(*quiet, bytes);
  auto loud = perf_event::open({.cpu = cpu});
  if (!loud) return std::nullopt;
  loud->write_into(*quiet);
  return cpu_buffer{std::move(*quiet), std::move(*loud), std::move(memory)};
}

std::optional<std::uint64_t> cpu_buffer::lost() const noexcept {
  const auto by_quiet = quiet_.lost();
  const auto by_loud = loud_.lost();
  if (!by_quiet || !by_loud) return std::nullopt;
  return *by_quiet + *by_loud;
}

}  // namespace aiobpf::rings
