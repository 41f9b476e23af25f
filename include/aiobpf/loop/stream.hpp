#pragma once

#include <aiobpf/loop/record_visitor.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/stream_options.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/ledger.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace aiobpf::loop {

/// An async sequence of records from many sources.
///
/// A stream waits until one of its sources has records, takes what is there within its budget, fairly, and
/// hands it over as one batch. It keeps no records: what is not read stays in the kernel's ring,
/// which is the back-pressure. Between two reads the loop's other work runs, so a handler that reads for ever
/// starves nobody. What a read costs depends on the sources that have records, not on how many there are.
///
///   asio::awaitable<void> watch(loop::stream& events) {
///     records::batch batch;
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
///          descriptors, reads end with closed, all else throws it, and the parent notices nothing. A child
///          that goes on with the io_context calls its notify_fork(fork_child) before anything else, as Asio
///          asks for; in one that does not, some memory of the stream is left
class stream {
public:
  using executor_type = boost::asio::any_io_executor;

  /// Throws bpf::error: an errno (descriptors ran out).
  explicit stream(executor_type executor, stream_options options = {});
  stream(stream&&) noexcept = default;
  stream& operator=(stream&& other) noexcept;
  ~stream();  ///< closes

  executor_type get_executor() const noexcept;

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

  /// A batch may keep up to half of a ring occupied, on loan, until it is cleared, read into again or
  /// destroyed: for handlers that keep batches there is async_read_copy().
  ///
  /// Clears `out`, waits until records are there and fills it.
  ///
  /// Completion  void(error_code, std::size_t records); records > 0 exactly when there is no error.
  ///             Never from inside this call
  /// Errors      closed: the stream is, or was closed meanwhile; busy: a read is pending (that one goes on);
  ///             not_found: there is no source; ended: every source has; operation_aborted: cancelled; what
  ///             made a source fail, as ring_corrupt (its memory is inconsistent) or ring_taken (another
  ///             reader has taken it): it is left out from now on, and the others can be read;
  ///             not_enough_memory, or std::bad_alloc is thrown
  /// Cancel      total, terminal and partial alike, per operation: nothing was consumed, and the next read
  ///             sees the same records. A read whose records are taken is past cancelling
  /// Lifetimes   `out` until completion. The stream may be destroyed meanwhile: the read ends with closed
  template <class Token = boost::asio::use_awaitable_t<>>
  auto async_read(records::batch& out, Token&& token = {}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, stream* self, records::batch* into) {
          self->start(std::move(handler), {.out = into});
        },
        token, this, &out);
  }

  /// As async_read(), of a copy: the batch owns its bytes, and keeps no ring occupied.
  template <class Token = boost::asio::use_awaitable_t<>>
  auto async_read_copy(records::batch& out, Token&& token = {}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, stream* self, records::batch* into) {
          self->start(std::move(handler), {.out = into, .lend = false});
        },
        token, this, &out);
  }

  /// Waits until records are there, and calls `visitor(const records::record&)` with each, where it is in the
  /// ring: one pass, no batch, and nothing stays occupied. For handlers that are done with a record when they
  /// return.
  ///
  /// Completion  void(std::exception_ptr, std::size_t records). Never from inside this call
  /// Errors      as async_read(), as boost::system::system_error; and what the visitor threw: the record that
  /// it was
  ///             called with is consumed then, and the next visit goes on after it
  /// Cancel      as async_read()
  /// Lifetimes   the record's bytes inside the visitor's call only; they are aligned to 4. The visitor runs
  /// on the
  ///             stream's executor, and must neither read, close nor destroy the stream
  template <class Visitor, class Token = boost::asio::use_awaitable_t<>>
  requires std::invocable<Visitor&, const records::record&>
  auto async_visit(Visitor visitor, Token&& token = {}) {
    return boost::asio::async_initiate<Token, void(std::exception_ptr, std::size_t)>(
        [](auto handler, stream* self, Visitor called) {
          auto state = std::make_shared<record_visitor<Visitor>>(std::move(called));
          segment_visitor* const visits = state.get();
          self->start(visit_handler{std::move(handler), std::move(state)}, {.visitor = visits});
        },
        token, this, std::move(visitor));
  }

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

private:
  class implementation;
  using read_handler = boost::asio::any_completion_handler<void(boost::system::error_code, std::size_t)>;

  struct target {  // of a read: a batch, or a visitor
    records::batch* out = nullptr;
    bool lend = true;
    segment_visitor* visitor = nullptr;
  };
  void start(read_handler handler, target into);

  std::shared_ptr<implementation> impl_;
};

}  // namespace aiobpf::loop
