#pragma once

#include <aiobpf/loop/record_visitor.hpp>
#include <aiobpf/loop/stream_base.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace aiobpf::loop {

/// A completion token for reads, and for visits.
template <class Token>
concept read_token = boost::asio::completion_token_for<Token, void(boost::system::error_code, std::size_t)>;
template <class Token>
concept visit_token = boost::asio::completion_token_for<Token, void(std::exception_ptr, std::size_t)>;

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
/// `stream` completes by co_await where no token is given; basic_stream<> follows its executor's default
/// token, as Asio's own I/O objects do.
///
/// Three verbs: *cancel* ends one read; *close* ends all reads; there is nothing to stop and wait for.
///
/// Threads  one object, one strand, that of its executor; distinct objects are independent
/// Fork     in a child its parent's stream is closed: close() and the destructor close the child's
///          descriptors, reads end with closed, all else throws it, and the parent notices nothing. A child
///          that goes on with the io_context calls its notify_fork(fork_child) before anything else, as Asio
///          asks for; in one that does not, some memory of the stream is left
template <class Executor = boost::asio::any_io_executor>
class basic_stream : public stream_base {
  using default_token = boost::asio::default_completion_token_t<Executor>;

public:
  using executor_type = Executor;
  /// The stream of another executor.
  template <class Other>
  struct rebind_executor {
    using other = basic_stream<Other>;
  };

  /// Throws bpf::error: an errno (descriptors ran out).
  explicit basic_stream(const Executor& executor, const stream_options& options = {})
      : stream_base(erase(executor), options), executor_(executor) {}
  /// On the executor of a context, as an io_context.
  template <class Context>
  requires std::convertible_to<Context&, boost::asio::execution_context&>
  explicit basic_stream(Context& context, const stream_options& options = {})
      : basic_stream(Executor(context.get_executor()), options) {}

  executor_type get_executor() const noexcept { return executor_; }

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
  template <read_token Token = default_token>
  auto async_read(records::batch& out, Token&& token = default_token{}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, basic_stream* self, records::batch* into) {
          self->start(std::move(handler), {.out = into});
        },
        token, this, &out);
  }

  /// As async_read(), of a copy: the batch owns its bytes, and keeps no ring occupied.
  template <read_token Token = default_token>
  auto async_read_copy(records::batch& out, Token&& token = default_token{}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, basic_stream* self, records::batch* into) {
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
  template <class Visitor, visit_token Token = default_token>
  requires std::invocable<Visitor&, const records::record&>
  auto async_visit(Visitor visitor, Token&& token = default_token{}) {
    return boost::asio::async_initiate<Token, void(std::exception_ptr, std::size_t)>(
        [](auto handler, basic_stream* self, Visitor called) {
          auto state = std::make_shared<record_visitor<Visitor>>(std::move(called));
          segment_visitor* const visits = state.get();
          self->start(visit_handler{std::move(handler), std::move(state)}, {.visitor = visits});
        },
        token, this, std::move(visitor));
  }

private:
  static boost::asio::any_io_executor erase(const Executor& executor) {
    // One that only adds a default token to any_io_executor is not wrapped once more.
    if constexpr (std::derived_from<Executor, boost::asio::any_io_executor>) {
      return static_cast<const boost::asio::any_io_executor&>(executor);
    } else {
      return executor;
    }
  }

  Executor executor_;
};

/// The stream to use: its reads are awaited where no other token is given.
using stream = boost::asio::use_awaitable_t<>::as_default_on_t<basic_stream<>>;

}  // namespace aiobpf::loop
