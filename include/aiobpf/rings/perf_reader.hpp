#pragma once

#include <aiobpf/rings/perf_memory.hpp>
#include <aiobpf/rings/perf_walk.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aiobpf::rings {

/// Reads a perf buffer (or any memory laid out as one), bounded: walks, and releases what was walked over.
///
///   const auto walk = reader.peek(limits);
///   use(reader.payloads(walk), walk.records);
///   reader.advance(walk);
///   reader.release();
///
/// Threads  one at a time; the kernel may write meanwhile
class perf_reader {
public:
  /// Reads on where the buffer's last reader stopped. Throws std::bad_alloc.
  explicit perf_reader(perf_memory memory)
      : memory_(std::move(memory)), next_(memory_.tail()), pieced_(perf_header::longest) {}

  /// The samples within `limits`, up to the end of the memory; they stay in the buffer until release().
  perf_walk peek(ring_limits limits) noexcept {
    perf_walk walk;
    walk_perf(memory_.data(), memory_.size(), next_, memory_.head(), limits, guess_, walk,
              [](const std::byte*, std::uint32_t) noexcept {});
    return walk;
  }

  /// The payload of a walk's first sample; the others follow it as they do in the buffer. Of a sample that
  /// wraps it is a copy, which lives until the next call.
  const std::byte* payloads(const perf_walk& walk) noexcept;

  /// Calls `visit(const std::byte* data, std::uint32_t length)` with each payload of a walk that does not
  /// wrap.
  template <class Visitor>
  void for_each(const perf_walk& walk, Visitor&& visit) const {
    std::uint64_t guess = guess_;
    perf_walk again;
    walk_perf(memory_.data(), memory_.size(), walk.first, walk.end, {}, guess, again,
              std::forward<Visitor>(visit));
  }

  /// Goes on behind a walk, or behind a part of it; its records stay unreleased.
  void advance(std::uint64_t to) noexcept { next_ = to; }
  /// Releases all before next().
  void release() noexcept { memory_.release(next_); }

  std::uint64_t next() const noexcept { return next_; }
  /// Bytes between next() and what the kernel has written.
  std::uint64_t available() const noexcept { return memory_.head() - next_; }
  std::size_t size() const noexcept { return memory_.size(); }

  /// Samples that are still to be read: walks over them, 1 to 2 ns each, and stays where it is.
  std::uint64_t look_ahead() const noexcept;

private:
  perf_memory memory_;
  std::uint64_t next_;
  std::uint64_t guess_ = 0;
  std::vector<std::byte> pieced_;  // one record that wraps
};

}  // namespace aiobpf::rings
