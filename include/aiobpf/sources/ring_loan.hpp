#pragma once

#include <aiobpf/records/loan.hpp>
#include <aiobpf/rings/consumer_position.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

namespace aiobpf::sources {

/// Records that were lent out of a ring: they stay where they are, unreleased, until the borrower gives them
/// back. One loan a ring at a time; source and borrower share it, and it keeps the ring's memory mapped for a
/// borrower that outlives the source. When another reader has taken the ring meanwhile, nothing is released.
///
/// While a loan is out, it holds the reader's position; when it is back, the source takes that over again.
///
/// Threads  the source's side and the borrower's side may be two
/// Fork     in a child the ring is taken, by its parent; no call takes the lock, which a thread of the
///          parent may have held
class ring_loan final : public records::loan {
public:
  explicit ring_loan(rings::consumer_position position) noexcept : position_(std::move(position)) {}

  bool is_out() const noexcept { return out_.load(std::memory_order_acquire); }

  /// Source: what is before `release_to` is released when the borrower gives back. `released` is how far the
  /// source has released. While nothing is out.
  void lend(std::uint64_t released, std::uint64_t release_to) noexcept {
    position_.adopt(released);
    release_to_ = release_to;
    out_.store(true, std::memory_order_release);
  }

  /// Source: how far it is released. While nothing is out.
  std::uint64_t released() const noexcept { return position_.released(); }

  /// Source: what is before `release_to` is released together with what is out. False when nothing is out any
  /// more: the source releases it then.
  bool release_later(std::uint64_t release_to) noexcept {
    const std::scoped_lock lock{mutex_};
    if (!is_out()) return false;
    release_to_ = release_to;
    return true;
  }

  /// Whether another reader has taken the ring while the loan is out.
  bool is_taken() const noexcept {
    const std::scoped_lock lock{mutex_};
    return position_.is_taken();
  }

  /// Borrower: done with the records. Idempotent.
  void give_back() noexcept override {
    if (!position_.is_ours()) return;
    const std::scoped_lock lock{mutex_};
    if (!is_out()) return;
    position_.release(release_to_);
    out_.store(false, std::memory_order_release);
  }

private:
  rings::consumer_position position_;
  mutable std::mutex mutex_;  // guards position_ and release_to_ while something is out
  std::uint64_t release_to_ = 0;
  std::atomic<bool> out_{false};
};

}  // namespace aiobpf::sources
