#pragma once

#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/records/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace aiobpf::loop {

/// Batches on their way from one thread to another, bounded in bytes; an eventfd tells the taker, and only
/// one that waits. A failure travels behind them. It owns its bytes: no ring waits for what is in here.
///
/// Threads  one that pushes, one that takes
class batch_queue {
public:
  /// Throws bpf::error: an errno.
  explicit batch_queue(std::size_t limit_bytes);

  /// Whether there is room: neither full nor failed. Once false, it is true again after a take() that says
  /// `resume`, or after failure_told().
  bool accepts() const;

  /// Copies a batch in, behind the last one when that is small: what is on loan can go back to its ring.
  /// Throws std::bad_alloc: nothing was copied.
  void push(const records::batch& batch);

  /// An error for the taker, behind the batches that are there. When the queue accepts.
  void fail(const turn_result& why) noexcept;

  struct taken {
    std::size_t records = 0;
    bool resume = false;                 ///< the queue was full and accepts again
    std::optional<turn_result> failure;  ///< when there are no records
  };
  /// The first batch, in exchange for `out`; else the failure, which stays until failure_told().
  taken take(records::batch& out) noexcept;
  void failure_told() noexcept;

  /// Makes native_handle() turn readable at the next push or failure. False when there is something now.
  bool arm() noexcept;
  void quiet() noexcept;
  /// For a child of fork(), where the other thread is not and the queue may be half-changed: closes the
  /// descriptor. Nothing else is called after that, not even the destructor.
  void leave() noexcept { event_.reset(); }
  int native_handle() const noexcept { return event_.get(); }

  std::size_t size() const;  ///< records
  /// Records of one source.
  std::size_t size_of(std::uint32_t source) const;

private:
  void signal() noexcept;

  bpf::unique_fd event_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::deque<records::batch> batches_;
  std::vector<records::batch> spare_;
  std::size_t bytes_ = 0;
  std::size_t size_ = 0;
  bool full_ = false;
  bool waiting_ = false;
  std::optional<turn_result> failure_;
};

}  // namespace aiobpf::loop
