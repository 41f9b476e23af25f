#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/loop/pacer.hpp>
#include <aiobpf/loop/stream_base.hpp>

#include "context_guard.hpp"
#include "stream_core.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace aiobpf::loop {

/// The Asio driver of a stream_core: one descriptor to wait for, one pending read.
///
/// Invariant: no wait is outstanding unless a read is pending, so that a stream nobody reads keeps no
/// io_context running. (A wait whose read has just ended is cancelled as soon as its handler has returned
/// without starting another read; one that has, finds it still armed.)
/// Shared with what it has outstanding: that may run after the stream is gone.
class stream_base::implementation : public std::enable_shared_from_this<stream_base::implementation> {
public:
  using executor_type = boost::asio::any_io_executor;

  implementation(executor_type executor, const stream_options& options);

  std::uint32_t add(std::unique_ptr<source> from, source_options options);
  void remove(std::uint32_t id);
  /// Into a batch, lent or copied, or to a visitor.
  void read(read_handler handler, target into);
  void cancel(boost::system::error_code reason) noexcept;
  void close() noexcept;
  void acknowledge(std::uint32_t id, std::uint64_t position) { core_.acknowledge(id, position); }

  bool is_open() const noexcept { return core_.is_open(); }
  // A read hands over all that it takes: there is nothing behind the sources.
  records::ledger count(source_set::account how) const { return compose(core_.count(how), {}); }
  records::ledger count(std::uint32_t id, source_set::account how) const {
    return compose(core_.count(id, how), {});
  }

private:
  using time_point = source_set::clock::time_point;

  /// The read that is pending, if any. Owned by what is outstanding for it, a posted turn or a wait, and
  /// never by the stream: an io_context that ends destroys those, and so the handler and all that the handler
  /// owns, be it the coroutine that the stream lives in.
  struct pending_read {
    explicit pending_read(std::shared_ptr<implementation> owner) noexcept : stream(std::move(owner)) {}

    std::shared_ptr<implementation> stream;
    target into;
    std::optional<read_handler> handler;  ///< set by emplace(): in Boost 1.81 its assignment never returns
    /// The handler's executor, when it is not the stream's; keeps its context running.
    boost::asio::any_completion_executor executor;
    bool turn_posted = false;
    /// Set when it was cancelled: what is outstanding completes it with this, whichever comes first. So
    /// cancelling needs no memory. By then it is not the stream's pending read any more.
    boost::system::error_code ended;

    /// Hands over the result, on the handler's executor. On the stream's executor.
    void invoke_handler(boost::system::error_code error, std::size_t records);
  };

  using pending_ptr = std::shared_ptr<pending_read>;

  void leave() noexcept;
  pending_ptr pending() const noexcept;
  void go_on(const pending_ptr& read);
  void post_turn(const pending_ptr& read);
  void turn(const pending_ptr& read);
  turn_result take(pending_read& read, time_point now);
  void arm(const pending_ptr& read);
  void disarm() noexcept;
  void complete(pending_read& read, time_point began, boost::system::error_code error, std::size_t records);
  static void complete_ended(pending_read& read);
  void post_completion(read_handler handler, boost::system::error_code error);

  executor_type executor_;
  context_guard& context_;
  boost::asio::any_completion_executor own_executor_;  // the same, as handlers give theirs
  stream_core core_;
  boost::asio::posix::stream_descriptor descriptor_;  // the core's, a copy
  bool armed_ = false;
  std::uint64_t ticket_ = 0;  // tells a wait from one that was disarmed before it ended
  pacer pacer_;

  std::weak_ptr<pending_read> pending_;
  std::uint64_t reads_ = 0;               // how many were started
  std::shared_ptr<implementation> kept_;  // ourselves, for ever; see leave()
};

}  // namespace aiobpf::loop
