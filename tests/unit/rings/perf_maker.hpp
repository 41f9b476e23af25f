#pragma once

#include <aiobpf/rings/perf_memory.hpp>
#include <aiobpf/rings/perf_walk.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace aiobpf::tests {

/// Writes records into a perf buffer in memory as the kernel would: header, payload, padding, position.
class perf_maker {
public:
  /// Both positions begin at `start`, as in a buffer that has been in use for long.
  explicit perf_maker(std::size_t bytes = 4096, std::uint64_t start = 0)
      : memory_(rings::perf_memory::make(bytes)) {
    memory_.release(start);
    *memory_.writable_head() = start;
  }

  rings::perf_memory& memory() noexcept { return memory_; }
  std::uint64_t head() const noexcept { return memory_.head(); }

  /// A sample that was emitted with `bytes` of payload, which begins with `number`. Returns its position.
  std::uint64_t put(std::uint64_t number, std::uint32_t bytes = 52) {
    const std::uint32_t raw = ((bytes + 4 + 7) & ~7U) - 4;
    std::vector<std::byte> record(rings::perf_header::payload + raw);
    std::memcpy(record.data() + rings::perf_header::size, &raw, sizeof(raw));
    std::memcpy(record.data() + rings::perf_header::payload, &number, std::min<std::size_t>(raw, 8));
    return put_record(rings::perf_header::sample, record);
  }
  std::uint64_t put_lost(std::uint64_t count) {
    std::vector<std::byte> record(24);
    std::memcpy(record.data() + 16, &count, sizeof(count));
    return put_record(rings::perf_header::lost, record);
  }
  std::uint64_t put_lost_samples(std::uint64_t count) {
    std::vector<std::byte> record(16);
    std::memcpy(record.data() + 8, &count, sizeof(count));
    return put_record(rings::perf_header::lost_samples, record);
  }
  /// Fills in the header, with flags as the kernel sets them.
  std::uint64_t put_record(std::uint32_t type, std::vector<std::byte> record) {
    const std::uint64_t header =
        rings::perf_header::make(type, static_cast<std::uint16_t>(record.size())) | (flags_++ % 3) << 32;
    std::memcpy(record.data(), &header, sizeof(header));
    const std::uint64_t position = head();
    for (std::size_t i = 0; i < record.size(); ++i)
      memory_.writable_data()[(position + i) & (memory_.size() - 1)] = record[i];
    *memory_.writable_head() = position + record.size();
    return position;
  }

private:
  rings::perf_memory memory_;
  std::uint64_t flags_ = 0;
};

}  // namespace aiobpf::tests
