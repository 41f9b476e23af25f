#pragma once

#include <aiobpf/loop/channel.hpp>
#include <aiobpf/records/batch_writer.hpp>
#include <aiobpf/rings/ring_reader.hpp>
#include <aiobpf/sources/ring_loan.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiobpf::sources {

/// Brings the records of a ring into batches, or before a visitor; what all sources that are rings share.
///
/// Many records are lent: the batch points into the ring, nothing is copied, and the ring is released when
/// the batch is cleared. Few are copied and released at once. Whoever keeps a lent batch keeps its part of
/// the ring; meanwhile later records are copied, and released together with it.
///
/// When another reader takes the ring, a drain ends with errc::ring_taken. What was copied is in the batch
/// only if it was still ours when it was released. Bytes on loan may be written over from then on; lengths
/// and positions may not, as they are the batch's.
///
/// Threads  as a channel; batches may be cleared on other threads
class ring_channel {
public:
  /// Drains of fewer bytes are copied: that is cheaper than what it may cost to keep them.
  static constexpr std::size_t copied_bytes = 4096;
  /// A visitor gets records while they are in the first-level cache: this many at a time.
  static constexpr std::size_t visited_records = 128;

  explicit ring_channel(rings::ring_memory memory)
      : reader_(std::move(memory)), loan_(std::make_shared<ring_loan>(reader_.position())) {}

  /// As in channel.
  loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out);
  loop::drain_result visit(const loop::drain_request& request, std::uint32_t id,
                           loop::segment_visitor& visitor);
  void release() noexcept { release(reader_.next()); }

  /// Whether another reader has taken the ring: what is in it is that reader's.
  bool is_taken() const noexcept;

  const rings::ring_reader& reader() const noexcept { return reader_; }
  std::uint64_t received() const noexcept { return received_; }  ///< records
  std::uint64_t bytes() const noexcept { return bytes_; }        ///< of ring space

private:
  bool is_lent() noexcept;
  bool release(std::uint64_t to) noexcept;
  bool copy_out(const rings::ring_walk& walk, records::batch_writer& out, std::uint64_t release_to);
  records::segment describe(const rings::ring_walk& walk, records::slot* slots) const;
  bool has_more() noexcept;
  void take(std::uint64_t bytes, std::size_t records) noexcept;

  rings::ring_reader reader_;
  std::shared_ptr<ring_loan> loan_;
  bool lent_ = false;  // the loan has the position, and may be back meanwhile
  std::uint64_t received_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace aiobpf::sources
