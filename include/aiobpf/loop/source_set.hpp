#pragma once

#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/loop/wake_policy.hpp>
#include <aiobpf/records/batch.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::loop {

/// What comes after a turn.
enum class next_step : std::uint8_t {
  again,           ///< another turn is in order now
  arm_then_again,  ///< arm the descriptors, say so by armed(), and take another turn: edge channels want that
  wait,            ///< wait until a descriptor is readable, or until wake_at
  done,            ///< there is nothing left to read, and never will be
};

/// What a turn did.
struct turn_result {
  std::size_t records = 0;
  next_step next = next_step::wait;
  std::chrono::steady_clock::time_point wake_at = std::chrono::steady_clock::time_point::max();
  /// Why nothing was read: a channel of a source failed, which is left out from now on; errc::ended when all
  /// sources have ended; errc::not_found when there is none; not_enough_memory. With records there is no
  /// error: it is told by the next turn.
  boost::system::error_code error{};
  std::optional<std::uint32_t> failed{};  ///< the source whose error it is
};

/// The sources of one stream, drained in bounded and fair turns. The core that every driver drives: it knows
/// what to look at and how much to take, and leaves waiting to the driver. Logic without I/O.
///
/// A turn looks at the channels that turned readable, that have more, or whose time has come, and at nothing
/// else: it costs what is busy, however many sources there are. They take turns: each gets an equal share of
/// what is left of the budget, in the order in which they turned readable; what one leaves, the others get.
///
/// Now and then (safety_look) those that wait are looked at all the same: a record submitted with
/// BPF_RB_NO_WAKEUP makes no descriptor readable.
///
/// Threads  one at a time
class source_set {
public:
  using clock = wake_policy::clock;

  /// How often a channel that waits is looked at, although its descriptor says nothing.
  static constexpr std::chrono::nanoseconds safety_look = std::chrono::milliseconds{100};

  /// How long a turn that has found nothing polls on, before it lets others run.
  static constexpr std::chrono::nanoseconds poll_slice = std::chrono::microseconds{20};

  source_set(std::chrono::nanoseconds latency, budget turn, std::optional<polling> poll = {}) noexcept;
  source_set(source_set&&) noexcept;
  source_set& operator=(source_set&&) noexcept;
  ~source_set();

  /// A channel that the driver watches: `token` names it in readable(), until its source is removed.
  struct watched {
    int descriptor = -1;
    std::uint32_t token = 0;
    bool is_over = false;  ///< it has failed or ended: there is nothing to watch any more
  };

  /// Takes over a source; returns its number, which is never used again. Throws std::bad_alloc; the source is
  /// gone then.
  std::uint32_t add(std::unique_ptr<source> from, source_options options = {});
  /// Ends a source. What it counted becomes part of the total, unless it was never read. False when there is
  /// no such source. Not in a turn.
  bool remove(std::uint32_t id, bool was_read = true) noexcept;
  /// Whether a turn runs: we are inside of a drain, or of a visitor.
  bool is_in_turn() const noexcept { return in_turn_; }

  std::size_t size() const noexcept { return members_.size(); }
  bool contains(std::uint32_t id) const noexcept { return find(id) != nullptr; }
  std::uint32_t id_at(std::size_t index) const noexcept;  ///< in the order of adding; index < size()
  /// The `index`th channel of a source; nothing behind the last one.
  std::optional<watched> get_watched(std::uint32_t id, std::size_t index) const noexcept;
  std::size_t channels() const noexcept { return channels_in_use_; }

  /// The driver says: this channel's descriptor turned readable.
  void readable(std::uint32_t token) noexcept;
  /// Looks at what waits, when that is so little that it costs less than asking for it: see has_records().
  void glance() noexcept;
  /// How many channels glance() looks at, at most.
  static constexpr std::size_t few_channels = 4;

  /// The driver says: some descriptor turned readable. Edge channels cannot say which of them it was.
  void woken() noexcept;
  /// The driver says: descriptors are armed; what came before may have gone unnoticed.
  void armed() noexcept;
  /// The driver says: it does not wait any more, and may miss that a source turns readable.
  void disarmed() noexcept { armed_ = false; }

  /// One turn into a batch. `most` bounds the records beside the budget; without `lend` the batch owns its
  /// bytes.
  turn_result turn(records::batch& out, std::size_t most, clock::time_point now = clock::now(),
                   bool lend = true);
  /// One turn in one pass: calls the visitor with the records where they are. What it throws passes through;
  /// the records that it was called with are consumed.
  turn_result visit(segment_visitor& visitor, std::size_t most, clock::time_point now = clock::now());

  /// What a turn would say now.
  next_step next() const noexcept;
  clock::time_point wake_at() const noexcept;

  /// Releases all that is held back.
  void release() noexcept;
  /// As source::acknowledge(). False when there is no such source.
  bool acknowledge(std::uint32_t id, std::uint64_t position) noexcept;

  using account = records::ledger (source::*)() const;  ///< statistics or verify
  /// Of one source. Throws bpf::error: not_found.
  records::ledger count(std::uint32_t id, account how) const;
  /// Of all together, also of those that were removed.
  records::ledger count(account how) const;
  std::string name(std::uint32_t id) const;  ///< throws bpf::error: not_found

private:
  struct entry;   // a channel
  struct member;  // a source
  struct list {   // of entries, in order
    entry* first = nullptr;
    entry* last = nullptr;
    std::size_t size = 0;
    void push(entry& one) noexcept;
    entry* pop() noexcept;
  };
  template <class Drain>
  turn_result take(std::size_t most, clock::time_point now, Drain&& drain);
  template <class Drain>
  drain_result drain_one(entry& one, drain_request request, clock::time_point now, Drain& drain);
  void settle(entry& one, const drain_result& result, clock::time_point now, list& again) noexcept;
  void make_ready(entry& one) noexcept;
  void look_at_due(clock::time_point now) noexcept;
  bool poll_on(list& polled, clock::time_point& now, clock::time_point until) noexcept;
  void unlist(entry& one) noexcept;
  bool tell_failure(turn_result& into) noexcept;
  member* find(std::uint32_t id) const noexcept;
  member& get(std::uint32_t id) const;

  std::vector<std::unique_ptr<member>> members_;  // by number, ascending
  std::vector<std::unique_ptr<entry>> entries_;   // by token; those of removed sources are null
  std::vector<std::uint32_t> free_tokens_;
  std::size_t channels_in_use_ = 0;
  std::vector<std::uint32_t> edges_;  // tokens of edge channels
  std::size_t waiting_ = 0;
  std::size_t readable_members_ = 0;  // with a channel that has neither failed nor ended
  list ready_;
  std::vector<entry*> paused_;
  clock::time_point look_at_ = clock::time_point::max();  // the next safety look
  bool armed_ = false;
  bool in_turn_ = false;
  bool failure_untold_ = false;
  boost::system::error_code last_failure_{};

  std::chrono::nanoseconds latency_;
  std::optional<polling> poll_;
  budget turn_;
  std::uint32_t next_id_ = 0;
  records::ledger removed_;
};

}  // namespace aiobpf::loop
