#include <aiobpf/loop/source_set.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::loop {
namespace {

// Longer turns are cut: a moment that far ahead is still one that the clock can name.
constexpr std::chrono::hours longest_turn{24};

}  // namespace

source_set::source_set(std::chrono::nanoseconds latency, budget turn) noexcept
    : latency_(latency), turn_(turn) {
  // Whatever the budget, a turn makes progress.
  turn_.records = std::max<std::size_t>(turn_.records, 1);
  turn_.bytes = std::max<std::size_t>(turn_.bytes, 1);
  turn_.time = std::min<std::chrono::nanoseconds>(turn_.time, longest_turn);
}

std::size_t source_set::add(any_source source) {
  entries_.push_back({std::move(source), wake_policy{latency_}});
  return entries_.size() - 1;
}

std::size_t source_set::drain(std::size_t id, batch& out, bpf::ring_limits limits, clock::time_point now) {
  entry& one = entries_[id];
  const auto how = one.policy.release_mode();
  auto result = one.source.drain(limits, id, out, how);
  std::size_t records = result.records;
  while (!failure_of(result.stop) && one.policy.drained(now, result) == wake_policy::action::release) {
    one.source.release();
    result = one.source.drain(limits, id, out, how);
    records += result.records;
  }
  one.failure = failure_of(result.stop);
  return records;
}

std::size_t source_set::take(batch& out, std::size_t most, clock::time_point now) {
  if (entries_.empty()) return 0;
  const auto until = now + turn_.time;
  const std::size_t records = std::clamp<std::size_t>(most, 1, turn_.records);
  std::size_t taken = 0;
  const std::size_t bytes_before = out.bytes();
  const std::size_t share = std::max<std::size_t>(records / entries_.size(), 1);

  // Pass after pass over the sources, a share each, until nothing is left or the turn is spent.
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const std::size_t id = (first_ + i) % entries_.size();
      entry& one = entries_[id];
      const std::size_t bytes = out.bytes() - bytes_before;
      if (taken >= records || bytes >= turn_.bytes || (taken > 0 && now >= until)) {
        first_ = id;
        return taken;
      }
      if (one.failure || !one.policy.may_drain(now)) continue;
      const std::size_t got =
          drain(id, out, {.records = std::min(share, records - taken), .bytes = turn_.bytes - bytes}, now);
      taken += got;
      progress = progress || (got > 0 && one.policy.next() == wake_policy::action::drain);
      if (entries_.size() == 1) return taken;  // one drain is the turn
      now = clock::now();
    }
  }
  first_ = (first_ + 1) % entries_.size();
  return taken;
}

boost::system::error_code source_set::take_failure() noexcept {
  boost::system::error_code last;
  bool all_failed = true;
  for (entry& one : entries_) {
    if (one.failure && !std::exchange(one.failure_reported, true)) return one.failure;
    if (one.failure) last = one.failure;
    all_failed = all_failed && one.failure;
  }
  return all_failed ? last : boost::system::error_code{};
}

bool source_set::wants_turn() const noexcept {
  return std::any_of(entries_.begin(), entries_.end(), [](const entry& one) {
    return !one.failure && one.policy.next() == wake_policy::action::drain;
  });
}

source_set::clock::time_point source_set::wake_at() const noexcept {
  auto earliest = clock::time_point::max();
  for (const entry& one : entries_) {
    if (!one.failure) earliest = std::min(earliest, one.policy.wake_at());
  }
  return earliest;
}

void source_set::release() noexcept {
  for (entry& one : entries_) {
    if (!one.failure) one.source.release();
  }
}

ledger source_set::statistics() const {
  ledger sum;
  sum.counted = true;
  for (const entry& one : entries_) sum += one.source.statistics();
  sum.counted = sum.counted && !entries_.empty();
  return sum;
}

}  // namespace aiobpf::loop
