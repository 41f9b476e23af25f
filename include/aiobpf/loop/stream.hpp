#pragma once

#include <aiobpf/loop/batch.hpp>
#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/ledger.hpp>
#include <aiobpf/loop/source.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace aiobpf::loop {

struct stream_options {
  /// The longest time that a record may wait before it is looked at. 0: at once, at the price of a
  /// wakeup for the traced program. 200 us makes a busy traced program many times cheaper.
  std::chrono::nanoseconds latency{0};
  budget turn{};  ///< of one read
};

/// An async sequence of records from many sources.
///
/// A stream waits until one of its sources has records, takes what is there within its budget, round-robin
/// over the sources, and hands it over as one batch. It holds no records of its own: what is not read stays
/// in the kernel's ring, which is the back-pressure. Between two reads the loop's other work runs, so a
/// handler that reads for ever starves nobody.
///
///   asio::awaitable<void> watch(loop::stream& events) {
///     loop::batch batch;
///     for (;;) {
///       co_await events.async_read(batch);
///       for (const auto& record : batch) use(record.data);
///     }
///   }
///
/// Three verbs: *cancel* ends one read; *close* ends all reads; there is nothing to stop and wait for.
///
/// Threads  one object, one strand, that of its executor; distinct objects are independent
/// Fork     in a child its parent's stream is closed: close() and the destructor close the child's
/// descriptors,
///          reads end with closed, all else throws it, and the parent notices nothing. A child that goes on
///          with the io_context calls its notify_fork(fork_child) before anything else, as Asio asks for; in
///          one that does not, some memory of the stream is left
class stream {
public:
  using executor_type = boost::asio::any_io_executor;

  explicit stream(executor_type executor, stream_options options = {});
  stream(stream&&) noexcept = default;
  stream& operator=(stream&& other) noexcept;
  /// Closes.
  ~stream();

  executor_type get_executor() const noexcept;

  /// Takes over a source and returns its number, as in batch::record::source. Not while a read is
  /// pending. Throws bpf::error: busy; closed; an errno (the descriptor cannot be watched).
  template <record_source Source>
  std::size_t add(Source source) {
    return add_source(any_source{std::move(source)});
  }

  /// Clears `out`, waits until records are there and fills it.
  ///
  /// Completion  void(error_code, std::size_t records); records > 0 exactly when there is no error.
  ///             Never from inside this call
  /// Errors      closed: the stream is, or was closed meanwhile; busy: a read is pending (that one goes on);
  ///             not_found: there is no source; operation_aborted: cancelled; ring_corrupt (a ring's memory
  ///             is inconsistent) and ring_taken (another reader has taken a ring): that source is left out
  ///             from now on, and the others can be read; not_enough_memory, or std::bad_alloc is thrown
  /// Cancel      total, terminal and partial alike, per operation: nothing was consumed, and the next read
  ///             sees the same records. A read whose records are taken is past cancelling
  /// Lifetimes   `out` until completion. The stream may be destroyed meanwhile: the read ends with closed
  template <class Token = boost::asio::use_awaitable_t<>>
  auto async_read(batch& out, Token&& token = {}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, stream* self, batch* into) { self->start_read(std::move(handler), *into); }, token,
        this, &out);
  }

  /// Ends a pending read with operation_aborted. The stream goes on.
  void cancel() noexcept;

  /// Ends a pending read with closed, and every later one. Records that were not read stay in their rings;
  /// the ledger of that moment is kept. Idempotent; the destructor calls it.
  void close() noexcept;
  bool is_open() const noexcept;

  /// Of all sources together, or of one. Walks over what is unread. On the stream's strand.
  /// Throws bpf::error: closed (made before fork()).
  ledger statistics() const;
  ledger statistics(std::size_t source) const;

private:
  class implementation;
  using read_handler = boost::asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

  std::size_t add_source(any_source source);
  void start_read(read_handler handler, batch& out);

  std::shared_ptr<implementation> impl_;
};

}  // namespace aiobpf::loop
