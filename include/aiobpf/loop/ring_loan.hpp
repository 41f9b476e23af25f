#pragma once

#include <aiobpf/bpf/consumer_position.hpp>

#include <cstdint>
#include <mutex>
#include <utility>

namespace aiobpf::loop {

/// Records that were lent out of a ring: they stay where they are, unreleased, until the borrower gives them
/// back. One loan a ring at a time; source and borrower share it, and it keeps the ring's memory mapped for a
/// borrower that outlives the source. When another reader has taken the ring meanwhile, nothing is released.
///
/// Threads  the source's side and the borrower's side may be two
/// Fork     in a child the ring is taken, by its parent; no call takes the lock, which a thread of the
///          parent may have held
class ring_loan {
public:
  explicit ring_loan(bpf::consumer_position position) noexcept : position_(std::move(position)) {}

  enum class status {
    in,     ///< nothing is lent; the last borrower's reads are done
    out,    ///< a borrower has it
    taken,  ///< another reader has taken the ring
  };
  status get_status() const {
    if (!position_.is_ours()) return status::taken;
    const std::scoped_lock lock{mutex_};
    if (position_.is_taken()) return status::taken;
    return out_ ? status::out : status::in;
  }

  /// Source: what is before `release_to` is released when the borrower gives back.
  void lend(std::uint64_t release_to) noexcept {
    const std::scoped_lock lock{mutex_};
    out_ = true;
    release_to_ = release_to;
  }

  /// Source: released up to `release_to`: at once, or together with what is out. False when another reader
  /// has taken the ring.
  bool release(std::uint64_t release_to) noexcept {
    if (!position_.is_ours()) return false;
    const std::scoped_lock lock{mutex_};
    release_to_ = release_to;
    // Releasing nothing tells, too, whether the ring is still ours.
    return position_.release(out_ ? position_.released() : release_to);
  }

  /// Borrower: done with the records. Idempotent.
  void give_back() noexcept {
    if (!position_.is_ours()) return;
    const std::scoped_lock lock{mutex_};
    if (std::exchange(out_, false)) position_.release(release_to_);
  }

private:
  bpf::consumer_position position_;
  mutable std::mutex mutex_;
  std::uint64_t release_to_ = 0;
  bool out_ = false;
};

}  // namespace aiobpf::loop
