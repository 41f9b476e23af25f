#pragma once

#include <aiobpf/bpf/ring_reader.hpp>
#include <aiobpf/loop/batch.hpp>
#include <aiobpf/loop/ring_loan.hpp>
#include <aiobpf/loop/source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiobpf::loop {

/// Brings the records of a ring into batches; what all sources that are rings share.
///
/// Many records of one length are lent: the batch points into the ring, nothing is copied, and the ring is
/// released when the batch is cleared. Others are copied and released at once. Whoever keeps a lent batch
/// keeps its part of the ring; meanwhile later records are copied, and released together with it.
///
/// When another reader takes the ring, a drain ends with ring_stop::taken. What was copied is in the batch
/// only if it was still ours when it was released. Bytes on loan may be written over from then on.
///
/// Threads  as a source; batches may be cleared on other threads
class ring_drain {
public:
  /// Drains of fewer bytes are copied: that is cheaper than what it may cost to keep them.
  static constexpr std::size_t copied_bytes = 4096;

  explicit ring_drain(bpf::ring_memory memory)
      : reader_(std::move(memory)), loan_(std::make_shared<ring_loan>(reader_.position())) {}

  /// As record_source::drain().
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  void release() noexcept { loan_->release(reader_.next()); }

  /// Whether another reader has taken the ring: what is in it is that reader's.
  bool is_taken() const { return loan_->get_status() == ring_loan::status::taken; }

  const bpf::ring_reader& reader() const noexcept { return reader_; }
  std::uint64_t received() const noexcept { return received_; }  ///< records
  std::uint64_t bytes() const noexcept { return bytes_; }        ///< of ring space

private:
  drain_result lend(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  drain_result copy(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  bool copy_out(const bpf::ring_walk& walk, std::size_t id, batch& out, bpf::ring_release how);
  void take(const bpf::ring_walk& walk, drain_result& into) noexcept;

  bpf::ring_reader reader_;
  std::shared_ptr<ring_loan> loan_;
  std::uint64_t received_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace aiobpf::loop
