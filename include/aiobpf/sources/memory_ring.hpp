#pragma once

#include <aiobpf/loop/source.hpp>
#include <aiobpf/sources/ring_channel.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace aiobpf::sources {

class memory_source;

/// A ring in this process's own memory, with the kernel ring's layout: the same readers read it, without
/// a kernel. For tests, for replay, and for producers that are not BPF programs.
///
///   sources::memory_ring ring{64 * 1024};
///   events.add(ring.source());
///   ring.emit(bytes);
///
/// A handle; copies are the same ring, which ends with the last handle or source.
///
/// Threads     any number of producers, at any time, beside one reader
/// Fork        the memory is the parent's: a child's copy cannot be used, and its submit() and discard() do
///             nothing
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
  std::shared_ptr<state> state_;
};

/// The reading side of a memory_ring.
class memory_source final : public loop::single_source {
public:
  std::string name() const override { return "ring in memory"; }
  int native_handle() const noexcept override { return ring_.reader().native_handle(); }
  bool has_records() const noexcept override { return ring_.reader().available() > 0; }
  std::size_t capacity() const noexcept override { return ring_.reader().size(); }
  loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out) override;
  loop::drain_result visit(const loop::drain_request& request, std::uint32_t id,
                           loop::segment_visitor& visitor) override;
  void release() noexcept override { ring_.release(); }
  records::ledger statistics() const override;
  records::ledger verify() const override;

private:
  friend class memory_ring;
  explicit memory_source(std::shared_ptr<memory_ring::state> state);

  std::shared_ptr<memory_ring::state> state_;
  ring_channel ring_;
};

}  // namespace aiobpf::sources
