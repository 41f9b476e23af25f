#pragma once

#include <aiobpf/loop/channel.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/stream_options.hpp>
#include <aiobpf/records/ledger.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace aiobpf::records {
class batch;
}

namespace aiobpf::loop {

/// What streams of all executors have in common: all but the reads. Use basic_stream.
class stream_base {
public:
  /// Takes over a source and returns its number, as in record::source; it is never used again. A pending read
  /// gets its records, too. Throws bpf::error: closed; an errno (the descriptor cannot be watched).
  template <std::derived_from<source> Source>
  std::uint32_t add(Source from, source_options options = {}) {
    return add(std::unique_ptr<source>{std::make_unique<Source>(std::move(from))}, std::move(options));
  }
  std::uint32_t add(std::unique_ptr<source> from, source_options options = {});

  /// Ends a source, also while a read is pending. Unread records stay in its ring, batches keep what they
  /// have, what it counted becomes part of the total. Throws bpf::error: closed, not_found.
  void remove(std::uint32_t id);

  /// Ends a pending read with operation_aborted. The stream goes on.
  void cancel() noexcept;

  /// Ends a pending read with closed, and every later one. Records that were not read stay in their rings;
  /// the ledger of that moment is kept. Idempotent; the destructor calls it.
  void close() noexcept;
  bool is_open() const noexcept;

  /// As source::acknowledge(). Throws bpf::error: closed, not_found.
  void acknowledge(std::uint32_t id, std::uint64_t position);

  /// Of all sources together, removed ones too, or of one; after close() of that moment. On the stream's
  /// strand. Throws bpf::error: closed (made before fork()), not_found.
  records::ledger statistics() const;
  records::ledger statistics(std::uint32_t id) const;
  /// The same with `unread` found by looking at each record that is there, 1 to 5 ns each: a proof of the
  /// second sum.
  records::ledger verify() const;
  records::ledger verify(std::uint32_t id) const;

protected:
  /// Throws bpf::error: an errno (descriptors ran out).
  stream_base(const boost::asio::any_io_executor& executor, const stream_options& options);
  stream_base(stream_base&&) noexcept = default;
  stream_base& operator=(stream_base&& other) noexcept;
  ~stream_base();  ///< closes

  using read_handler = boost::asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

  struct target {  // of a read: a batch, or a visitor
    records::batch* out = nullptr;
    bool lend = true;
    segment_visitor* visitor = nullptr;
  };
  void start(read_handler handler, target into);

private:
  class implementation;

  std::shared_ptr<implementation> impl_;
};

}  // namespace aiobpf::loop
