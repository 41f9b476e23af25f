#pragma once

#include <aiobpf/loop/ring_drain.hpp>
#include <aiobpf/loop/source.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace aiobpf::loop {

class memory_source;

/// A ring in this process's own memory, of the kernel ring's layout: the same readers read it, without
/// a kernel. For tests, for replay, and for producers that are no BPF programs.
///
///   loop::memory_ring ring{64 * 1024};
///   events.add(ring.source());
///   ring.emit(bytes);
///
/// A handle; copies are the same ring, which ends with the last handle or source.
///
/// Threads     any number of producers, at any time, beside one reader
/// Fork        the memory is the parent's: a child's copy cannot be used, and its submit() and discard() do
/// nothing
class memory_ring {
public:
  /// `bytes` is rounded up to a power of two, at least a page. Throws bpf::error: an errno.
  explicit memory_ring(std::size_t bytes);

  /// The reading side. A ring has one reader: take it once. Throws bpf::error: closed (made before fork()).
  memory_source source() const;

  /// Emits a copy. False when there is no room or never can be: counted as ring_full or oversize.
  /// Throws bpf::error: closed (made before fork()).
  bool emit(std::span<const std::byte> record) const;

  /// A record to fill: `bytes` of it, or null as emit() gives false. It holds back those behind it until
  /// submit() or discard(). Throws as emit() does.
  std::byte* reserve(std::size_t bytes) const;
  void submit(std::byte* record) const noexcept;
  void discard(std::byte* record) const noexcept;

private:
  friend class memory_source;
  struct state;
  void commit(std::byte* record, std::uint32_t flag) const noexcept;
  std::shared_ptr<state> state_;
};

/// The reading side of a memory_ring; a record_source.
class memory_source {
public:
  int native_handle() const noexcept { return drain_.reader().native_handle(); }
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  void release() noexcept { drain_.release(); }
  ledger statistics() const;

private:
  friend class memory_ring;
  explicit memory_source(std::shared_ptr<memory_ring::state> ring);

  std::shared_ptr<memory_ring::state> ring_;
  ring_drain drain_;
};

}  // namespace aiobpf::loop
