#include <aiobpf/bpf/error.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <array>
#include <string>
#include <utility>

namespace aiobpf::sources {
namespace {

using records::cause;

// How often the counters of a ring that was taken over are looked at before others have their turn.
constexpr int tries = 5;

// struct aiobpf_ledger of bpf/aiobpf.bpf.h, one for each CPU: which word counts what.
constexpr std::size_t seen_at = 0;
constexpr std::size_t discarded_at = 1;
struct lost_at {
  cause why;
  std::size_t word;
};
constexpr std::array losses_at{lost_at{cause::ring_full, 2}, lost_at{cause::oversize, 3},
                               lost_at{cause::contended, 4}, lost_at{cause::sampled, 5},
                               lost_at{cause::limited, 6},   lost_at{cause::unpaired, 7}};
constexpr std::size_t words = 2 + losses_at.size();

std::optional<bpf::map> counters_of(const bpf::object& object, std::string_view ring) {
  const std::string name = std::string{ring} + "__ledger";
  if (!object.has_map(name)) return std::nullopt;
  return object.map(name);
}

// The variable that AIOBPF_RING puts beside a ring; null where there is none.
std::shared_ptr<std::uint64_t> wake_at_of(const bpf::object& object, std::string_view ring) {
  const std::string section = ".data." + std::string{ring};
  const std::string name = std::string{ring} + "__wake_at";
  if (!object.has_map(section)) return nullptr;
  const auto variables = object.variables(section);
  if (!variables.has(name) || variables.bytes(name).size() != sizeof(std::uint64_t)) return nullptr;
  auto* const place = reinterpret_cast<const std::uint64_t*>(variables.bytes(name).data());
  return {variables.memory(), const_cast<std::uint64_t*>(place)};
}

std::optional<bpf::mapped_array> map_counters(const std::optional<bpf::map>& counters) {
  if (!counters) return std::nullopt;
  if (counters->value_size() < words * sizeof(std::uint64_t)) {
    throw bpf::error{bpf::errc::wrong_size, "read the counters '" + counters->name() +
                                                "': they are not a struct aiobpf_ledger; compile the program "
                                                "with this version's aiobpf.bpf.h"};
  }
  return bpf::mapped_array{*counters};
}

std::uint64_t sum_over_cpus(const bpf::mapped_array& counters, std::size_t word) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t cpu = 0; cpu < counters.size(); ++cpu) {
    sum += __atomic_load_n(reinterpret_cast<const std::uint64_t*>(counters[cpu].data()) + word,
                           __ATOMIC_ACQUIRE);
  }
  return sum;
}

}  // namespace

ring_source::ring_source(const bpf::object& object, std::string_view name)
    : ring_source(object.map(name), counters_of(object, name)) {
  wake_at_ = wake_at_of(object, name);
  programs_ = bpf::missed_runs{object, object.map(name)};
  missed_before_ = programs_.count();
}

ring_source::ring_source(const bpf::map& ring, const std::optional<bpf::map>& counters,
                         bpf::missed_runs programs)
    : ring_source(ring, counters) {
  programs_ = std::move(programs);
  missed_before_ = programs_.count();
}

ring_source::ring_source(const bpf::map& ring, const std::optional<bpf::map>& counters)
    : name_(ring.name()),
      ring_(rings::ring_memory::map_kernel_ring(ring)),
      counters_(map_counters(counters)) {
  if (!counters_) return;
  if (ring_.reader().next() == 0) {  // nobody has read it: all that was counted is still to be read
    earlier_.observe({});
    return;
  }
  before_ = read_counters();
  observe();
}

// Seen last: a program counts its attempt before what came of it, so `seen` is never less than its parts.
ring_counters ring_source::read_counters() const noexcept {
  ring_counters sum;
  for (const auto& one : losses_at) sum.lost[one.why] = sum_over_cpus(*counters_, one.word);
  sum.discarded = sum_over_cpus(*counters_, discarded_at);
  sum.seen = sum_over_cpus(*counters_, seen_at);
  return sum;
}

// Until it is known once how many records are whose; once more when that is in doubt.
void ring_source::observe(bool again) const noexcept {
  for (int i = 0; i < tries && (!earlier_.count() || std::exchange(again, false)); ++i) {
    const auto before = read_counters();
    const auto walk = ring_.reader().look_ahead();
    earlier_.observe({.before = before,
                      .after = read_counters(),
                      .met_reserved = walk.stop != rings::ring_stop::empty,
                      .found = ring_.received() + walk.records});
  }
}

// The ring is empty, and the walk over it short: the best moment there is.
void ring_source::drained(const loop::drain_result& result) const noexcept {
  if (counters_ && !earlier_.count() && result.stop == loop::drain_stop::empty) observe();
}

void ring_source::wake_at(std::uint64_t unread) noexcept {
  // Written when it changes only: every program that submits reads it.
  if (wake_at_ && !ring_.is_taken() && __atomic_load_n(wake_at_.get(), __ATOMIC_RELAXED) != unread)
    __atomic_store_n(wake_at_.get(), unread, __ATOMIC_RELAXED);
}

// A reader that looks by a timer is woken at half full all the same.
void ring_source::steer(const loop::drain_request& request, const loop::drain_result& result) noexcept {
  if (result.bytes > 0) wake_at(request.wakeups ? 0 : capacity() / 2);
}

loop::drain_result ring_source::drain(const loop::drain_request& request, records::batch_writer& out) {
  const auto result = ring_.drain(request, out);
  steer(request, result);
  drained(result);
  return result;
}

loop::drain_result ring_source::visit(const loop::drain_request& request, std::uint32_t id,
                                      loop::segment_visitor& visitor) {
  const auto result = ring_.visit(request, id, visitor);
  steer(request, result);
  drained(result);
  return result;
}

records::ledger ring_source::statistics() const {
  const std::uint64_t received = ring_.received();
  if (ring_.is_taken()) return account_of_taken(received, ring_.bytes());
  if (!counters_) {
    records::ledger out{
        .received = received, .unread = ring_.reader().look_ahead().records, .bytes = ring_.bytes()};
    out.submitted = out.seen = received + out.unread;
    out.missed = missed_;
    return out;
  }
  observe();
  auto now = read_counters();
  if (earlier_.count() && now.submitted() - *earlier_.count() < received) {
    // A program that had counted its attempt, and not yet reserved its record, was taken for an earlier
    // reader's.
    observe(true);
    now = read_counters();
  }
  auto out = account_of(now, received, ring_.bytes());
  const auto earlier = earlier_.count();
  out.settling = !earlier;
  if (!earlier) out.unread = ring_.reader().look_ahead().records;
  out.submitted = earlier ? now.submitted() - *earlier : received + out.unread;
  out.unread = out.submitted - received;
  out.discarded -= before_.discarded;
  for (const auto& one : losses_at) out.lost[one.why] -= before_.lost[one.why];
  out.seen = out.submitted + out.discarded + out.lost.sum(records::side::program);
  out.missed = missed_;
  return out;
}

records::ledger ring_source::verify() const {
  missed_ = programs_.count() - missed_before_;
  if (counters_ && !ring_.is_taken()) observe(true);
  auto out = statistics();
  if (out.counted) out.unread = ring_.reader().look_ahead().records;
  return out;
}

}  // namespace aiobpf::sources
