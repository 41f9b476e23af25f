#pragma once

#include <aiobpf/loop/io_thread.hpp>
#include <aiobpf/loop/polled_stream.hpp>

#include <cstddef>
#include <memory>

namespace aiobpf::loop {

struct background_options {
  stream_options stream{};
  /// Bytes of records that may wait for the reader; beyond it they wait in the kernel's rings.
  std::size_t queue_bytes = 8 * 1024 * 1024;
  /// The thread that drains; null: the one that all background streams of the process share, or its own
  /// for a stream that polls.
  std::shared_ptr<io_thread> thread{};
};

/// A polled_stream that is drained on an I/O thread, into a queue: a reader that is busy costs no kernel
/// records.
///
/// Its batches own their bytes: no ring waits for a reader that keeps one.
class background_stream final : public polled_stream {
public:
  /// Throws bpf::error: an errno (descriptors or threads ran out, or a call is refused).
  explicit background_stream(const background_options& options = {});
  ~background_stream() override;  ///< closes

  using polled_stream::add;
  std::uint32_t add(std::unique_ptr<source> from, source_options options = {}) override;
  void remove(std::uint32_t id) override;
  std::size_t try_read(records::batch& out) override;
  bool arm() override;
  void quiet() noexcept override;
  int native_handle() const noexcept override;
  void acknowledge(std::uint32_t id, std::uint64_t position) override;
  void close() noexcept override;
  bool is_open() const noexcept override;
  records::ledger statistics() const override;
  records::ledger statistics(std::uint32_t id) const override;
  std::uint64_t queued(std::uint32_t id) const override;
  records::ledger verify() const override;
  records::ledger verify(std::uint32_t id) const override;

private:
  class drain;  // what the thread runs

  std::shared_ptr<drain> drain_;
  std::shared_ptr<io_thread> thread_;
  bool failure_stands_ = false;  // told, and nothing is left to read
};

}  // namespace aiobpf::loop
