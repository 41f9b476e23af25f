#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/rings/ring_writer.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

namespace aiobpf::sources {

/// The other direction: a user ring (rings::user_ring) whose writer waits for room on an executor.
///
///   asio::awaitable<void> ask(sources::user_ring& ring, const request& one) {
///     std::byte* const record = co_await ring.async_reserve(sizeof(one));
///     std::memcpy(record, &one, sizeof(one));
///     ring.submit(record);
///   }
///
/// Room comes when a program drains the ring. One that drains with BPF_RB_NO_WAKEUP tells nobody: what it
/// made is found within `safety_look`.
///
/// Threads  one object, one strand, that of its executor; submit() and discard() at any time, on any thread
/// Fork     as rings::user_ring
class user_ring {
public:
  using executor_type = boost::asio::any_io_executor;

  /// How often a waiting writer looks for room without being woken.
  static constexpr std::chrono::milliseconds safety_look{100};

  /// Throws bpf::error: wrong_type (not a user ring buffer), an errno (EPERM, ENOMEM; descriptors ran out).
  user_ring(executor_type executor, const bpf::map& ring);
  user_ring(user_ring&&) noexcept = default;
  user_ring& operator=(user_ring&& other) noexcept;
  ~user_ring();  ///< closes

  /// A record to fill, without waiting; as rings::user_ring::reserve(). Throws bpf::error: closed.
  rings::ring_writer::reservation reserve(std::size_t bytes);
  void submit(std::byte* record) noexcept;
  void discard(std::byte* record) noexcept;

  /// Waits until there is room for a record of `bytes`, and reserves it.
  ///
  /// Completion  void(error_code, std::byte* record); a record exactly when there is no error. Never from
  /// inside
  ///             this call
  /// Errors      closed: the ring is, or was closed meanwhile; busy: a reserve is pending (that one goes on);
  ///             wrong_size: no room will ever be enough; operation_aborted: cancelled
  /// Cancel      total: nothing was reserved
  template <class Token = boost::asio::use_awaitable_t<>>
  auto async_reserve(std::size_t bytes, Token&& token = {}) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::byte*)>(
        [implementation = implementation_](auto handler, std::size_t wanted) {
          start(implementation, wanted, std::move(handler));
        },
        token, bytes);
  }

  /// Ends a pending reserve with closed. Records that were submitted stay in the ring. Idempotent.
  void close() noexcept;

private:
  using reserve_handler = boost::asio::any_completion_handler<void(boost::system::error_code, std::byte*)>;
  class implementation;
  static void start(const std::shared_ptr<implementation>& on, std::size_t bytes, reserve_handler handler);

  std::shared_ptr<implementation> implementation_;
};

}  // namespace aiobpf::sources
