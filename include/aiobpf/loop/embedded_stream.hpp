#pragma once

#include <aiobpf/loop/polled_stream.hpp>

#include <memory>

namespace aiobpf::loop {

class stream_core;

/// A polled_stream that drains when it is read, in the reader's thread: the lowest latency, and no thread.
/// What is not read stays in the rings.
///
/// A batch that try_read() filled may have records on loan from a ring, until it is cleared or read into
/// again; `kept.append(batch)` copies them.
class embedded_stream final : public polled_stream {
public:
  /// Throws bpf::error: an errno (descriptors ran out).
  explicit embedded_stream(const stream_options& options = {});
  embedded_stream(embedded_stream&&) noexcept;
  embedded_stream& operator=(embedded_stream&&) = delete;
  ~embedded_stream() override;  ///< closes

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
  std::uint64_t queued(std::uint32_t) const override { return 0; }
  records::ledger verify() const override;
  records::ledger verify(std::uint32_t id) const override;

private:
  std::unique_ptr<stream_core> core_;
  std::size_t most_;
};

}  // namespace aiobpf::loop
