#pragma once

#include <aiobpf/bpf/ring_memory.hpp>

#include <cstdint>
#include <mutex>

namespace aiobpf::loop {

/// Records that were lent out of a ring: they stay where they are, unreleased, until the borrower gives them
/// back. One loan a ring at a time; source and borrower share it, and it keeps the ring's memory mapped for a
/// borrower that outlives the source.
///
/// Threads  the source's side and the borrower's side may be two
class ring_loan {
public:
  explicit ring_loan(bpf::ring_memory memory) noexcept : memory_(std::move(memory)) {}

  /// Whether a borrower has it. Acquires: when not, the borrower's reads are done.
  bool is_out() const {
    const std::scoped_lock lock{mutex_};
    return out_;
  }

  /// Source: what stands before `release_to` is released when the borrower gives back.
  void lend(std::uint64_t release_to) noexcept {
    const std::scoped_lock lock{mutex_};
    out_ = true;
    release_to_ = release_to;
  }

  /// Source: released up to `release_to`: at once, or together with what is out.
  void release(std::uint64_t release_to) noexcept {
    const std::scoped_lock lock{mutex_};
    release_to_ = release_to;
    if (!out_) memory_.release_and_fence(release_to);
  }

  /// Borrower: done with the records. Idempotent.
  void give_back() noexcept {
    const std::scoped_lock lock{mutex_};
    if (out_) memory_.release(release_to_);
    out_ = false;
  }

private:
  bpf::ring_memory memory_;
  mutable std::mutex mutex_;
  std::uint64_t release_to_ = 0;
  bool out_ = false;
};

}  // namespace aiobpf::loop
