#pragma once

#include "numbers.hpp"

#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aiobpf::tests {

/// What a fake perf buffer and its test share. One buffer a CPU: samples as the kernel lays them out, a
/// header of 8 bytes, a size of 4, and the payload at 4 modulo 8; among them records that tell of losses.
struct fake_perf {
  struct buffer {
    bpf::unique_fd readable{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::vector<std::uint64_t> words;  // a record's header, then what it holds
    std::size_t read = 0;              // words
  };
  static constexpr std::uint64_t sample = 9;
  static constexpr std::uint64_t lost = 2;

  explicit fake_perf(std::size_t cpus) : buffers(cpus) {}

  void emit(std::size_t cpu, std::uint64_t number, std::size_t size = 48) {
    const std::scoped_lock lock{mutex};
    const std::size_t space = (8 + 4 + size + 7) / 8 * 8;
    auto& words = buffers[cpu].words;
    const std::size_t at = words.size();
    words.resize(at + space / 8);
    words[at] = sample << 32 | space;
    auto* const payload = reinterpret_cast<std::byte*>(&words[at]) + 8;
    const auto length = static_cast<std::uint32_t>(size);
    std::memcpy(payload, &length, sizeof(length));
    std::memcpy(payload + 4, numbered_record(number, size).data(), size);
    ++submitted;
    signal(cpu);
  }
  /// The kernel had no room for `count` samples, and says so with the next record.
  void lose(std::size_t cpu, std::uint64_t count) {
    const std::scoped_lock lock{mutex};
    buffers[cpu].words.push_back(lost << 32 | 16);
    buffers[cpu].words.push_back(count);
    ring_full += count;
    signal(cpu);
  }
  void signal(std::size_t cpu) const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(buffers[cpu].readable.get(), &one, sizeof(one));
  }

  std::mutex mutex;  // one thread emits, another one may drain
  std::vector<buffer> buffers;
  std::uint64_t submitted = 0;
  std::uint64_t ring_full = 0;  // as the kernel counts it
  std::uint64_t received = 0;
  std::uint64_t bytes = 0;
  std::uint64_t told_lost = 0;  // as the records say
};

/// A source with several channels, whose descriptors tell once (loop::readiness::edge).
class fake_perf_source final : public loop::source {
public:
  explicit fake_perf_source(std::shared_ptr<fake_perf> state) : state_(std::move(state)) {
    for (std::size_t cpu = 0; cpu < state_->buffers.size(); ++cpu) {
      channels_.push_back(std::make_unique<per_cpu>(*state_, cpu));
    }
  }

  std::string name() const override { return "fake perf buffer"; }
  std::size_t channels() const noexcept override { return channels_.size(); }
  loop::channel& get_channel(std::size_t index) noexcept override { return *channels_[index]; }
  records::ledger statistics() const override {
    const std::scoped_lock lock{state_->mutex};
    records::ledger out;
    out.counted = true;
    out.submitted = state_->submitted;
    out.lost[records::cause::ring_full] = state_->ring_full;
    out.seen = out.submitted + state_->ring_full;
    out.received = state_->received;
    out.unread = out.submitted - out.received;
    out.bytes = state_->bytes;
    return out;
  }

private:
  class per_cpu final : public loop::channel {
  public:
    per_cpu(fake_perf& state, std::size_t cpu) : state_(state), cpu_(cpu) {}

    int native_handle() const noexcept override { return mine().readable.get(); }
    loop::readiness get_readiness() const noexcept override { return loop::readiness::edge; }

    loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out) override {
      const std::scoped_lock lock{state_.mutex};
      loop::drain_result result;
      std::uint64_t signals;
      [[maybe_unused]] const auto got = ::read(mine().readable.get(), &signals, sizeof(signals));
      for (auto& from = mine(); from.read < from.words.size();) {
        const std::uint64_t* const record = &from.words[from.read];
        const std::size_t bytes = *record & 0xffff;
        if (result.records > 0 &&
            (result.records >= request.records || result.bytes + bytes > request.bytes)) {
          result.stop = loop::drain_stop::limit;
          break;
        }
        if (*record >> 32 == fake_perf::sample) {
          const auto* const payload = reinterpret_cast<const std::byte*>(record) + 8;
          std::uint32_t length;
          std::memcpy(&length, payload, sizeof(length));
          const auto room = out.reserve(bytes);
          std::memcpy(room.bytes, payload + 4, length);
          out.add({.data = room.bytes,
                   .position = from.read * 8,
                   .bytes = bytes,
                   .count = 1,
                   .length = length,
                   .stride = static_cast<std::uint32_t>(bytes),
                   .cpu = static_cast<std::int32_t>(cpu_)});
          ++result.records;
          ++state_.received;
        } else {
          state_.told_lost += record[1];
        }
        from.read += bytes / 8;
        result.bytes += bytes;
        state_.bytes += bytes;
      }
      return result;
    }

  private:
    fake_perf::buffer& mine() const noexcept { return state_.buffers[cpu_]; }
    fake_perf& state_;
    std::size_t cpu_;
  };

  std::shared_ptr<fake_perf> state_;
  std::vector<std::unique_ptr<per_cpu>> channels_;
};

}  // namespace aiobpf::tests
