#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace aiobpf::loop {
namespace {

// Longer turns are cut: a moment that far ahead is still one that the clock can name.
constexpr std::chrono::hours longest_turn{24};

// A turn reads the clock once in this many drains: a drain of an almost empty ring costs less than the clock
// does.
constexpr std::size_t drains_between_looks = 8;

// What a drain looks at first, of a channel that was not looked at for long.
template <class Entry>
void prefetch(const Entry& next) noexcept {
  __builtin_prefetch(next.next);
  const auto* const object = reinterpret_cast<const char*>(next.from);
  for (std::size_t at = 0; at < 256; at += 64) __builtin_prefetch(object + at);
}

// Tells the processor that somebody spins.
void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

// A channel: in exactly one place at a time.
// What every drain touches is in its first line of the cache.
struct alignas(64) source_set::entry {
  enum class place : std::uint8_t { waiting, ready, paused, over };

  channel* from = nullptr;
  entry* next = nullptr;  // in the list of those that are ready
  std::uint32_t token = 0;
  std::uint32_t source = 0;
  place where = place::over;
  bool edge = false;
  wake_policy policy;
  std::size_t paused_at = 0;  // its place in paused_
};

struct source_set::member {
  std::unique_ptr<loop::source> from;
  source_options options;
  std::vector<std::uint32_t> tokens;
  std::size_t readable = 0;  // channels that have not ended
  std::uint32_t id = 0;
  bool failure_told = true;
  boost::system::error_code failure{};
};

void source_set::list::push(entry& one) noexcept {
  one.next = nullptr;
  (last != nullptr ? last->next : first) = &one;
  last = &one;
  ++size;
}

source_set::entry* source_set::list::pop() noexcept {
  entry* const taken = first;
  first = taken->next;
  if (first == nullptr) last = nullptr;
  --size;
  return taken;
}

source_set::source_set(std::chrono::nanoseconds latency, budget turn, std::optional<polling> poll) noexcept
    : latency_(latency), poll_(poll), turn_(turn) {
  // Whatever the budget, a turn makes progress.
  turn_.records = std::max<std::size_t>(turn_.records, 1);
  turn_.bytes = std::max<std::size_t>(turn_.bytes, 1);
  turn_.time = std::min<std::chrono::nanoseconds>(turn_.time, longest_turn);
  removed_.counted = true;
}

source_set::source_set(source_set&&) noexcept = default;
source_set& source_set::operator=(source_set&&) noexcept = default;
source_set::~source_set() = default;

std::uint32_t source_set::add(std::unique_ptr<source> from, source_options options) {
  auto made = std::make_unique<member>();
  const std::size_t channels = from->channels();
  made->tokens.reserve(channels);
  members_.reserve(members_.size() + 1);
  std::vector<std::unique_ptr<entry>> entries(channels);
  for (auto& one : entries) one = std::make_unique<entry>();
  // From here on nothing throws but this, which changes nothing that can be seen.
  const std::size_t all = channels_in_use_ + channels;
  entries_.reserve(entries_.size() + channels);
  free_tokens_.reserve(entries_.capacity());
  paused_.reserve(all);
  edges_.reserve(all);

  const auto poll = options.poll ? options.poll : poll_;
  const auto latency = options.latency.value_or(latency_);
  for (std::size_t i = 0; i < channels; ++i) {
    std::uint32_t token;
    if (free_tokens_.empty()) {
      token = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      token = free_tokens_.back();
      free_tokens_.pop_back();
    }
    entry& one = *entries[i];
    one.from = &from->get_channel(i);
    one.token = token;
    one.source = next_id_;
    one.edge = one.from->get_readiness() == readiness::edge;
    one.policy =
        wake_policy{{.latency = latency, .poll = poll, .capacity = one.from->capacity(), .edge = one.edge}};
    if (one.edge) edges_.push_back(token);
    entries_[token] = std::move(entries[i]);
    made->tokens.push_back(token);
    make_ready(one);
  }
  channels_in_use_ = all;
  made->id = next_id_++;
  made->from = std::move(from);
  made->options = std::move(options);
  made->readable = channels;
  members_.push_back(std::move(made));
  if (channels > 0) ++readable_members_;
  return members_.back()->id;
}

bool source_set::remove(std::uint32_t id, bool was_read) noexcept {
  member* const found = find(id);
  if (found == nullptr) return false;
  for (const std::uint32_t token : found->tokens) {
    entry& one = *entries_[token];
    unlist(one);
    if (one.edge) edges_.erase(std::find(edges_.begin(), edges_.end(), token));
    if (one.where != entry::place::over) one.from->release();
    entries_[token].reset();
    free_tokens_.push_back(token);
  }
  channels_in_use_ -= found->tokens.size();
  if (found->readable > 0) --readable_members_;
  if (was_read) removed_ += found->from->statistics();
  members_.erase(
      std::find_if(members_.begin(), members_.end(), [&](const auto& one) { return one.get() == found; }));
  return true;
}

source_set::member* source_set::find(std::uint32_t id) const noexcept {
  const auto at = std::lower_bound(members_.begin(), members_.end(), id,
                                   [](const auto& one, std::uint32_t wanted) { return one->id < wanted; });
  return at != members_.end() && (*at)->id == id ? at->get() : nullptr;
}

source_set::member& source_set::get(std::uint32_t id) const {
  if (member* const found = find(id)) return *found;
  throw bpf::error{bpf::errc::not_found, "source " + std::to_string(id) +
                                             ": there is no such source; it was removed, "
                                             "or never added"};
}

std::optional<source_set::watched> source_set::get_watched(std::uint32_t id,
                                                           std::size_t index) const noexcept {
  const member* const found = find(id);
  if (found == nullptr || index >= found->tokens.size()) return std::nullopt;
  const std::uint32_t token = found->tokens[index];
  const entry& one = *entries_[token];
  return watched{one.from->native_handle(), token, one.where == entry::place::over};
}

void source_set::make_ready(entry& one) noexcept {
  one.where = entry::place::ready;
  ready_.push(one);
}

// Takes a channel out of whatever list it is in.
void source_set::unlist(entry& one) noexcept {
  switch (one.where) {
    case entry::place::waiting: --waiting_; break;
    case entry::place::paused:
      paused_[one.paused_at] = paused_.back();
      paused_[one.paused_at]->paused_at = one.paused_at;
      paused_.pop_back();
      break;
    case entry::place::ready: {
      list kept;
      while (ready_.first != nullptr) {
        entry* const other = ready_.pop();
        if (other != &one) kept.push(*other);
      }
      ready_ = kept;
      break;
    }
    case entry::place::over: break;
  }
}

void source_set::readable(std::uint32_t token) noexcept {
  if (token >= entries_.size() || !entries_[token]) return;
  entry& one = *entries_[token];
  // A paused one, too: so that wakeups that the program forces are noticed.
  if (one.where == entry::place::waiting) {
    --waiting_;
  } else if (one.where == entry::place::paused && !one.policy.backs_off()) {
    unlist(one);
  } else {
    return;
  }
  make_ready(one);
}

void source_set::glance() noexcept {
  if (channels_in_use_ > few_channels || waiting_ == 0) return;
  for (const auto& one : entries_) {
    if (one && one->where == entry::place::waiting && one->from->has_records()) readable(one->token);
  }
}

void source_set::woken() noexcept {
  armed_ = false;
  for (const std::uint32_t token : edges_) readable(token);
}

void source_set::armed() noexcept {
  woken();
  armed_ = true;
}

void source_set::look_at_due(clock::time_point now) noexcept {
  for (std::size_t i = 0; i < paused_.size();) {
    entry& one = *paused_[i];
    if (one.policy.wake_at() > now) {
      ++i;
      continue;
    }
    unlist(one);  // puts another one in its place
    make_ready(one);
  }
  if (now < look_at_) return;
  look_at_ = clock::time_point::max();
  for (const auto& one : entries_) {
    if (one && one->where == entry::place::waiting) readable(one->token);
  }
}

// After a drain: where the channel goes, and what is known of its source. `again` takes it when it has more.
void source_set::settle(entry& one, const drain_result& result, clock::time_point now, list& again) noexcept {
  if (result.stop == drain_stop::failed || result.stop == drain_stop::ended) {
    one.where = entry::place::over;
    member& owner = *find(one.source);
    if (--owner.readable == 0) --readable_members_;
    if (result.stop == drain_stop::failed) {
      owner.failure = last_failure_ = result.error;
      owner.failure_told = false;
      failure_untold_ = true;
    }
    return;
  }
  switch (one.policy.next()) {
    case wake_policy::action::pause:
      one.where = entry::place::paused;
      one.paused_at = paused_.size();
      paused_.push_back(&one);
      break;
    case wake_policy::action::wait:
      one.where = entry::place::waiting;
      ++waiting_;
      if (look_at_ == clock::time_point::max()) look_at_ = now + safety_look;
      break;
    default: one.where = entry::place::ready; again.push(one);
  }
}

template <class Drain>
drain_result source_set::drain_one(entry& one, drain_request request, clock::time_point now, Drain& drain) {
  drain_result sum;
  for (;;) {
    request.wakeups = one.policy.wants_wakeups();
    auto result = drain(*one.from, one.source, request);
    sum.records += result.records;
    sum.bytes += result.bytes;
    sum.stop = result.stop;
    sum.lent = sum.lent || result.lent;
    sum.error = result.error;
    if (result.stop == drain_stop::failed || result.stop == drain_stop::ended) return sum;
    if (one.policy.drained(now, result) != wake_policy::action::release) return sum;
    one.from->release();
  }
}

// Looks at what is polled until one of it has records, which becomes ready. False when it is `until`.
bool source_set::poll_on(list& polled, clock::time_point& now, clock::time_point until) noexcept {
  if (polled.first == nullptr) return false;
  const auto pause = polled.first->policy.poll()->pause;
  while ((now = clock::now()) < until) {
    for (std::size_t left = polled.size; left > 0; --left) {
      entry& one = *polled.pop();
      if (one.from->has_records()) {
        make_ready(one);
        return true;
      }
      polled.push(one);
    }
    do relax();
    while (clock::now() < now + pause);
  }
  return false;
}

template <class Drain>
turn_result source_set::take(std::size_t most, clock::time_point now, Drain&& drain) {
  in_turn_ = true;
  struct turn_over {
    bool& in_turn;
    ~turn_over() { in_turn = false; }
  } const at_end{in_turn_};
  turn_result did;
  if (tell_failure(did)) return did;
  const auto until = now + turn_.time;
  std::size_t records_left = std::clamp<std::size_t>(most, 1, turn_.records);
  std::size_t bytes_left = turn_.bytes;
  look_at_due(now);

  list later;   // what has more, and has given a loan: that is back before the next turn
  list polled;  // what may have more, and is looked at whether it says so or not
  std::size_t in_pass = 0;
  std::size_t drains = 0;
  drain_request share;
  const auto polled_until = now + std::min(poll_slice, turn_.time);
  while ((ready_.first != nullptr || (did.records == 0 && poll_on(polled, now, polled_until))) &&
         records_left > 0 && bytes_left > 0 && (did.records == 0 || now < until)) {
    if (in_pass == 0) {
      in_pass = ready_.size;
      share.records = std::max<std::size_t>(records_left / in_pass, 1);
      share.bytes = std::max<std::size_t>(bytes_left / in_pass, 1);
    }
    --in_pass;
    entry& one = *ready_.pop();
    if (ready_.first != nullptr) prefetch(*ready_.first);
    drain_result result;
    try {
      result = drain_one(one, {std::min(share.records, records_left), std::min(share.bytes, bytes_left)}, now,
                         drain);
    } catch (const std::bad_alloc&) {
      make_ready(one);
      if (did.records == 0) did.error = {ENOMEM, boost::system::system_category()};
      break;
    } catch (...) {
      while (later.first != nullptr) make_ready(*later.pop());
      while (polled.first != nullptr) make_ready(*polled.pop());
      make_ready(one);
      throw;
    }
    did.records += result.records;
    records_left -= std::min(records_left, result.records);
    bytes_left -= std::min(bytes_left, result.bytes);
    const bool polls = one.policy.next() == wake_policy::action::poll;
    settle(one, result, now, result.lent ? later : polls ? polled : ready_);
    if (++drains % drains_between_looks == 0) now = clock::now();
  }
  while (later.first != nullptr) make_ready(*later.pop());
  while (polled.first != nullptr) make_ready(*polled.pop());
  if (did.records == 0 && !did.error && tell_failure(did)) return did;
  did.next = next();
  did.wake_at = wake_at();
  return did;
}

turn_result source_set::turn(records::batch& out, std::size_t most, clock::time_point now, bool lend) {
  return take(most, now, [&](channel& from, std::uint32_t source, drain_request request) {
    request.lend = lend;
    records::batch_writer writer{out, source};
    return from.drain(request, writer);
  });
}

turn_result source_set::visit(segment_visitor& visitor, std::size_t most, clock::time_point now) {
  return take(most, now, [&](channel& from, std::uint32_t source, const drain_request& request) {
    return from.visit(request, source, visitor);
  });
}

// A failure that was not told yet; or why there is nothing to read at all.
bool source_set::tell_failure(turn_result& into) noexcept {
  if (failure_untold_) {
    for (const auto& one : members_) {
      if (one->failure_told) continue;
      one->failure_told = true;
      into.error = one->failure;
      into.failed = one->id;
      failure_untold_ = std::any_of(members_.begin(), members_.end(),
                                    [](const auto& other) { return !other->failure_told; });
      into.next = next();
      return true;
    }
    failure_untold_ = false;  // its source was removed
  }
  if (readable_members_ > 0) return false;
  into.next = next_step::done;
  into.error = members_.empty() ? make_error_code(bpf::errc::not_found)
               : last_failure_  ? last_failure_
                                : make_error_code(bpf::errc::ended);
  return true;
}

next_step source_set::next() const noexcept {
  if (failure_untold_ || ready_.first != nullptr) return next_step::again;
  if (readable_members_ == 0) return next_step::done;
  return !edges_.empty() && !armed_ ? next_step::arm_then_again : next_step::wait;
}

source_set::clock::time_point source_set::wake_at() const noexcept {
  auto earliest = waiting_ > 0 ? look_at_ : clock::time_point::max();
  for (const entry* one : paused_) earliest = std::min(earliest, one->policy.wake_at());
  return earliest;
}

void source_set::release() noexcept {
  for (const auto& one : entries_) {
    if (one && one->where != entry::place::over) one->from->release();
  }
}

bool source_set::acknowledge(std::uint32_t id, std::uint64_t position) noexcept {
  member* const found = find(id);
  if (found != nullptr) found->from->acknowledge(position);
  return found != nullptr;
}

records::ledger source_set::count(std::uint32_t id, account how) const {
  return (*get(id).from.*how)();
}

records::ledger source_set::count(account how) const {
  records::ledger sum = removed_;
  for (const auto& one : members_) sum += (*one->from.*how)();
  if (next_id_ == 0) sum.counted = false;
  return sum;
}

std::string source_set::name(std::uint32_t id) const {
  const member& one = get(id);
  return one.options.name.empty() ? one.from->name() : one.options.name;
}

std::uint32_t source_set::id_at(std::size_t index) const noexcept {
  return members_[index]->id;
}

}  // namespace aiobpf::loop
