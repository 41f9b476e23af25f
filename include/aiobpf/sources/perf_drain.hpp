#pragma once

#include <aiobpf/loop/channel.hpp>
#include <aiobpf/records/batch_writer.hpp>
#include <aiobpf/records/segment.hpp>
#include <aiobpf/rings/perf_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiobpf::sources {

/// Brings the samples of one CPU's perf buffer into batches, or before a visitor. Logic on memory: no system
/// call.
///
/// A batch gets copies: in the buffer payloads are at 4 modulo 8.
///
/// Threads  as a channel
class perf_drain {
public:
  /// A visitor gets samples while they are in the first-level cache: this many at a time.
  static constexpr std::size_t visited_records = 128;

  /// Of the buffer of CPU `cpu`; `lengths` as perf_options::record_bytes. Throws std::bad_alloc.
  explicit perf_drain(int cpu, const std::vector<std::uint32_t>& lengths = {});

  /// As in channel. The reader releases what is taken.
  loop::drain_result drain(rings::perf_reader& from, const loop::drain_request& request,
                           records::batch_writer& out);
  loop::drain_result visit(rings::perf_reader& from, const loop::drain_request& request, std::uint32_t id,
                           loop::segment_visitor& visitor);

  /// The buffer ends, another one comes in its place: positions go on behind this one's.
  void begin_again(const rings::perf_reader& last) noexcept { origin_ += last.next(); }

  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t bytes() const noexcept { return bytes_; }     ///< of space in the buffer
  std::uint64_t told_lost() const noexcept { return lost_; }  ///< what records in the buffer said was lost

private:
  records::segment describe(const rings::perf_reader& from, const rings::perf_walk& walk,
                            const std::byte* payloads, records::slot* slots) const;
  std::uint32_t trim(std::uint32_t length) const noexcept;
  void take(rings::perf_reader& from, const rings::perf_walk& walk, std::uint64_t end,
            std::size_t records) noexcept;

  std::int32_t cpu_;
  struct padded_length {
    std::uint32_t padded;
    std::uint32_t emitted;
  };
  std::vector<padded_length> lengths_;
  std::uint64_t origin_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace aiobpf::sources
