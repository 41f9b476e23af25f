#pragma once

#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/wake_policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace aiobpf::tests {

/// A ring, or a perf buffer, whose programs wake as the kernel does, and a driver that does what a
/// wake_policy says, in a time of its own: whatever is written, and when, no record waits longer than it may,
/// and nothing is looked at for nothing.
///
/// `refuse` is called with a sentence when that does not hold.
class wake_model {
public:
  using nanoseconds = std::chrono::nanoseconds;
  using time_point = loop::wake_policy::clock::time_point;

  wake_model(const loop::wake_options& options, std::function<void(const std::string&)> refuse)
      : options_(options), policy_(options), refuse_(std::move(refuse)) {
    run_to(now_);
  }

  /// Time passes; the driver does what is due.
  void pass(nanoseconds time) { run_to(now_ + time); }

  /// Time passes until just before the end of a pause.
  void approach() {
    const auto before = policy_.wake_at() - nanoseconds{500};
    if (policy_.next() == loop::wake_policy::action::pause && before > now_) run_to(before);
  }

  /// A program writes a record.
  void write(bool wakeup = true) {
    records_.push_back({.wakeup = wakeup, .loud = loud_});
    commit(records_.size() - 1);
  }
  /// A program reserves a record, or takes the event of a perf buffer out of the map, and is interrupted.
  void reserve() {
    open_.push_back({.record = records_.size(), .loud = loud_, .since = now_});
    if (!options_.edge) records_.emplace_back();
  }
  /// The program that was interrupted last goes on.
  void submit() {
    if (open_.empty()) return;
    const interrupted one = open_.back();
    open_.pop_back();
    if (!options_.edge) return commit(one.record);
    // One that was interrupted for long is not waited for: its record is found by the safety look.
    const bool long_ago = now_ - one.since > loop::wake_policy::shortest_pause / 2;
    records_.push_back({.wakeup = one.loud || !long_ago, .loud = one.loud});
    commit(records_.size() - 1);
  }

  /// The end of every sequence: all is submitted, and read in time.
  void finish() {
    while (!open_.empty()) submit();
    pass(loop::source_set::safety_look + std::max(options_.latency, loop::wake_policy::longest_pause) * 2);
    if (options_.poll) pass(options_.poll->idle + loop::wake_policy::longest_pause);
    if (next_ < records_.size()) refuse_("a record was never read");
    if (held_ || !loud_) refuse_("an idle channel still holds back");
    if (policy_.next() != loop::wake_policy::action::wait) refuse_("an idle channel is not waited for");
  }

private:
  static constexpr nanoseconds between_polls{10'000};

  struct record {
    bool wakeup = true;
    bool loud = true;  // of a perf buffer: which event it is written through
    bool committed = false;
    time_point readable{};  // it, and all before it, are committed
    nanoseconds may_wait{};
  };

  struct interrupted {
    std::size_t record = 0;
    bool loud = true;
    time_point since{};
  };

  void commit(std::size_t which) {
    record& one = records_[which];
    one.committed = true;
    const bool caught_up = options_.edge ? one.loud : next_ == which && !held_;
    if (one.wakeup && caught_up) told_ = true;
    for (std::size_t i = readable_; i < records_.size() && records_[i].committed; ++i, ++readable_) {
      records_[i].readable = now_;
      records_[i].may_wait = longest_wait(i);
    }
    run_to(now_);
  }

  // Whether a record's writer wakes the reader, should it wait; else the safety look finds it, and all that
  // comes after it.
  nanoseconds longest_wait(std::size_t which) const {
    auto longest = std::max(options_.latency, nanoseconds{0});
    if (options_.poll) longest = std::max(longest, between_polls);
    if (options_.edge) longest = std::max(longest, loop::wake_policy::shortest_pause);
    // Behind a busy head, and while it backs off from one, it looks again by pauses.
    if (busy_met_) longest = std::max(longest, loop::wake_policy::longest_pause);
    for (std::size_t i = next_; i <= which; ++i)
      if (!records_[i].wakeup) return longest + loop::source_set::safety_look;
    return longest;
  }

  void run_to(time_point end) {
    for (;;) {
      using action = loop::wake_policy::action;
      time_point due = now_;
      switch (policy_.next()) {
        case action::drain:
        case action::release: break;
        case action::poll: due = polled_ + between_polls; break;
        case action::pause:
          if (!told_ || policy_.backs_off()) due = policy_.wake_at();
          break;
        case action::wait:
          if (!told_) due = waits_since_ + loop::source_set::safety_look;
          break;
      }
      if (due > end) break;
      now_ = std::max(now_, due);
      drain();
    }
    now_ = std::max(now_, end);
  }

  void drain() {
    told_ = false;
    polled_ = now_;
    if (now_ != last_drain_) drains_now_ = 0;
    last_drain_ = now_;
    bool released = false;
    do {
      released = drain_once();
    } while (released);
    waits_since_ = now_;
  }

  bool drain_once() {
    constexpr std::size_t most = 16;
    const bool wakeups = policy_.wants_wakeups();
    if (wakeups) loud_ = true;
    loop::drain_result result;
    for (; next_ < records_.size() && records_[next_].committed && result.records < most; ++next_) {
      ++result.records;
      result.bytes += 64;
      if (now_ - records_[next_].readable > records_[next_].may_wait)
        refuse_("a record waited " + std::to_string((now_ - records_[next_].readable).count()) + " ns");
    }
    if (result.records > 0) held_ = !wakeups && !options_.edge;
    if (result.records > 0 && !wakeups && options_.edge) loud_ = false;
    if (wakeups && result.records > 0) held_ = false;
    result.stop = result.records == most                      ? loop::drain_stop::limit
                  : next_ < records_.size() && !options_.edge ? loop::drain_stop::busy
                                                              : loop::drain_stop::empty;
    busy_met_ = busy_met_ || result.stop == loop::drain_stop::busy;
    if (result.records == 0 && ++drains_now_ > 3) refuse_("it spins");
    if (result.records > 0) drains_now_ = 0;
    if (policy_.drained(now_, result) != loop::wake_policy::action::release) return false;
    held_ = false;
    loud_ = true;
    return true;
  }

  loop::wake_options options_;
  loop::wake_policy policy_;
  std::function<void(const std::string&)> refuse_;
  time_point now_{std::chrono::hours{1}};
  time_point last_drain_{};
  time_point polled_{};
  time_point waits_since_{now_};
  int drains_now_ = 0;  // that found nothing, at this moment
  std::vector<record> records_;
  std::vector<interrupted> open_;
  std::size_t next_ = 0;      // to be read
  std::size_t readable_ = 0;  // before it all are committed
  bool held_ = false;         // the last record that was read is unreleased
  bool loud_ = true;          // of a perf buffer
  bool told_ = false;         // the descriptor turned readable
  bool busy_met_ = false;
};

/// Runs one sequence of events, each made of what `pick(n)` gives: a number below n.
template <class Pick>
void run_wake_sequence(wake_model& model, std::size_t events, Pick&& pick) {
  using std::chrono::nanoseconds;
  const auto some_time = [&] {
    static constexpr std::int64_t units[] = {1, 100, 10'000, 100'000, 1'000'000, 30'000'000};
    return nanoseconds{units[pick(6)] * static_cast<std::int64_t>(1 + pick(20))};
  };
  for (std::size_t i = 0; i < events; ++i) {
    switch (pick(9)) {
      case 0: model.pass(some_time()); break;
      case 1: model.write(pick(8) != 0); break;
      case 6: model.approach(); [[fallthrough]];
      case 2:
        model.reserve();
        model.pass(nanoseconds{pick(2000)});  // as long as an interrupt takes
        if (pick(4) != 0) model.submit();
        break;
      case 3: model.submit(); break;
      case 4: {  // at an even pace
        const auto gap = some_time();
        for (std::size_t left = pick(30); left > 0; --left) {
          model.write();
          model.pass(gap);
        }
        break;
      }
      case 5:
        for (std::size_t left = pick(60); left > 0; --left) model.write();
        break;
      default: model.write(); break;
    }
  }
  model.finish();
}

}  // namespace aiobpf::tests
