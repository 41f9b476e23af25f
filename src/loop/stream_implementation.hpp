#pragma once

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/loop/pacer.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/stream.hpp>

#include "context_guard.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace aiobpf::loop {

/// The Asio driver of a source_set: descriptors and a timer, one pending read.
///
/// Invariant: no wait is outstanding unless a read is pending, so that a stream nobody reads keeps no
/// io_context running. (A wait whose read has just ended is cancelled as soon as its handler has returned
/// without starting another read; one that has, finds it still armed.)
/// Shared with what it has outstanding: that may run after the stream is gone.
class stream::implementation : public std::enable_shared_from_this<stream::implementation> {
public:
  implementation(executor_type executor, stream_options options);

  std::size_t add(any_source source);
  void read(read_handler handler, batch& out);
  void cancel(boost::system::error_code reason) noexcept;
  void close() noexcept;

  bool is_open() const noexcept { return open_ && made_.is_ours(); }
  executor_type executor() const noexcept { return executor_; }
  ledger statistics() const;
  ledger statistics(std::size_t id) const;

private:
  /// The read that is pending, if any. Owned by what is outstanding for it, a posted turn or waits, and never
  /// by the stream: an io_context that ends destroys those, and so the handler and all that the handler owns,
  /// be it the coroutine that the stream lives in.
  struct pending_read {
    explicit pending_read(std::shared_ptr<implementation> owner) noexcept : stream(std::move(owner)) {}

    std::shared_ptr<implementation> stream;
    batch* out = nullptr;
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

  struct watch {
    boost::asio::posix::stream_descriptor descriptor;
    bool armed = false;
    std::uint64_t ticket = 0;  ///< tells a wait from one that was disarmed before it ended
  };

  using pending_ptr = std::shared_ptr<pending_read>;

  void leave() noexcept;
  pending_ptr pending() const noexcept;
  void post_turn(const pending_ptr& read);
  void turn(const pending_ptr& read);
  void wait(const pending_ptr& read);
  void arm(const pending_ptr& read, std::size_t id);
  void arm_timer(const pending_ptr& read, source_set::clock::time_point at);
  void disarm() noexcept;
  void complete(pending_read& read, source_set::clock::time_point began, boost::system::error_code error,
                std::size_t records);
  static void complete_ended(pending_read& read);
  void post_completion(read_handler handler, boost::system::error_code error);

  bpf::fork_guard made_;
  executor_type executor_;
  context_guard& context_;
  boost::asio::any_completion_executor own_executor_;  // the same, as handlers give theirs
  source_set sources_;
  std::deque<watch> watches_;  // one a source; a descriptor does not move while a wait is outstanding
  boost::asio::steady_timer timer_;
  source_set::clock::time_point timer_at_ = source_set::clock::time_point::max();
  pacer pacer_;

  std::weak_ptr<pending_read> pending_;
  std::uint64_t reads_ = 0;  // how many were started
  bool open_ = true;
  std::vector<ledger> final_;             // what each source said when we closed
  std::shared_ptr<implementation> kept_;  // ourselves, for ever; see leave()
};

}  // namespace aiobpf::loop
