#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/sources/perf_losses.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::sources {

struct perf_options {
  /// Of each CPU's buffer; rounded up to a power of two, and at least a page.
  std::size_t bytes = 256 * 1024;
  /// Bytes of what programs emit, each length that there is. The kernel pads records to a length of 4 modulo
  /// 8 and does not say how long they were: they are cut to the one of these that it pads so. Where two would
  /// do, as 44 and 48, or none, they are as long as the kernel says.
  std::vector<std::uint32_t> record_bytes{};
};

/// A perf buffer (BPF_MAP_TYPE_PERF_EVENT_ARRAY) as a source: a channel for each CPU, by its number, which
/// records say (record::cpu). Order is kept within a CPU.
///
/// Wakeups: a reader that waits is woken by the first record. While records flow, and the stream has a
/// latency budget, programs write without wakeups and the reader looks by a timer, as with rings; the kernel
/// wakes it when half of a buffer was written.
///
/// CPUs that come get their buffer within a second, those that go are read to the end. What a program emits
/// on a CPU without a buffer is refused (-ENOENT), and nobody but the program can count it. CPUs that are
/// plugged in after the source was made have no channel.
///
/// Losses are exact from kernel 6.0 on (PERF_FORMAT_LOST): ring_full; before, `counted` is false, and they
/// are known when the kernel next writes a record. statistics() walks over what is unread, and is a system
/// call and an interrupt for each CPU.
///
/// A map has one reader: what the last one put into it is what programs write to, and an earlier one gets
/// nothing more; the kernel tells it nothing.
///
/// Needs  kernel 4.4; CAP_PERFMON (CAP_SYS_ADMIN before 5.8)
class perf_source final : public loop::source {
public:
  /// Throws bpf::error: wrong_type (not a perf event array), not_supported (it has no place for any CPU), an
  /// errno (EACCES, EPERM; EMFILE: two descriptors and an epoll instance for each CPU).
  explicit perf_source(const bpf::map& map, perf_options options = {});
  /// Throws bpf::error: not_found as well.
  perf_source(const bpf::object& object, std::string_view name, perf_options options = {});
  perf_source(perf_source&&) noexcept;
  ~perf_source() override;

  std::string name() const override { return name_; }
  std::size_t channels() const noexcept override { return channels_.size(); }
  loop::channel& get_channel(std::size_t index) noexcept override;
  records::ledger statistics() const override;

  /// Lives on when the source is a stream's, or has ended.
  std::shared_ptr<const perf_losses> losses() const noexcept;

private:
  class per_cpu;
  struct shared;  // by the channels

  std::string name_;
  std::unique_ptr<shared> shared_;
  std::vector<std::unique_ptr<per_cpu>> channels_;
};

}  // namespace aiobpf::sources
