#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/ring_source.hpp>

#include <cstring>
#include <exception>
#include <string>

namespace aiobpf::loop {
namespace {

// How often the counters of a ring that was taken over are looked at before others have their turn.
constexpr int tries = 5;

std::optional<bpf::map> counters_of(const bpf::object& object, std::string_view ring) {
  const std::string name = std::string{ring} + "__ledger";
  if (!object.has_map(name)) return std::nullopt;
  return object.map(name);
}

}  // namespace

ring_source::ring_source(const bpf::object& object, std::string_view name)
    : ring_source(object.map(name), counters_of(object, name)) {}

// What there is now, and the counters around the walk that found it.
struct ring_source::observation {
  std::uint64_t unread = 0;
  ring_counters counters;
};

ring_source::ring_source(const bpf::map& ring, std::optional<bpf::map> counters)
    : ring_(bpf::ring_memory::map_kernel_ring(ring)), counters_(std::move(counters)) {
  if (!counters_) return;
  if (counters_->value_size() < sizeof(ring_counters)) {
    throw bpf::error{bpf::errc::wrong_size, "read the counters '" + counters_->name() +
                                                "': they are not a struct aiobpf_ledger; see aiobpf.bpf.h"};
  }
  const auto now = read_counters();
  if (ring_.reader().next() == 0) {  // nobody has read it: all that was counted is still to be read
    earlier_.observe({});
    return;
  }
  before_ = now;
  observe();
}

drain_result ring_source::drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
  const auto result = ring_.drain(limits, id, out, how);
  // The ring is empty, and the walk over it short: the best moment there is.
  if (counters_ && !earlier_.count() && result.stop == bpf::ring_stop::empty) {
    try {
      observe();
    } catch (const std::exception&) {
      // As in statistics().
    }
  }
  return result;
}

ring_counters ring_source::read_counters() const {
  ring_counters sum;
  const std::uint32_t zero = 0;
  const auto values = counters_->lookup(std::as_bytes(std::span{&zero, 1}));
  const std::size_t stride = (counters_->value_size() + 7) / 8 * 8;  // one CPU's; a newer header may append
  for (std::size_t at = 0; values && at + sizeof(ring_counters) <= values->size(); at += stride) {
    ring_counters one;
    std::memcpy(&one, values->data() + at, sizeof(one));
    sum.seen += one.seen;
    sum.discarded += one.discarded;
    sum.ring_full += one.ring_full;
    sum.oversize += one.oversize;
  }
  return sum;
}

ring_source::observation ring_source::observe() const {
  observation now;
  now.counters = read_counters();
  for (int i = 0; i < tries; ++i) {
    const auto before = now.counters;
    const auto walk = ring_.reader().look_ahead();
    now.unread = walk.records;
    now.counters = read_counters();
    earlier_.observe({.before = before,
                      .after = now.counters,
                      .met_reserved = walk.stop != bpf::ring_stop::empty,
                      .found = ring_.received() + walk.records});
    if (earlier_.count()) break;
  }
  return now;
}

ledger ring_source::statistics() const {
  ledger out;
  out.received = ring_.received();
  out.bytes = ring_.bytes();
  out.delivered = out.received;
  if (ring_.is_taken()) {
    out.submitted = out.seen = out.received;
    return out;
  }
  if (counters_) {
    try {
      const auto now = observe();
      const auto earlier = earlier_.count();
      out.counted = true;
      out.settling = !earlier;
      out.unread = now.unread;
      out.discarded = now.counters.discarded - before_.discarded;
      out.ring_full = now.counters.ring_full - before_.ring_full;
      out.oversize = now.counters.oversize - before_.oversize;
      out.submitted = earlier ? now.counters.submitted() - *earlier : out.received + out.unread;
      out.seen = out.submitted + out.discarded + out.ring_full + out.oversize;
      return out;
    } catch (const std::exception&) {
      // They could be read when we came: the process has since given up the right to (before kernel 5.19 a
      // lookup needs CAP_BPF), or there is no memory for them. Then they are as good as not there.
    }
  }
  out.unread = ring_.reader().look_ahead().records;
  out.submitted = out.seen = out.received + out.unread;
  return out;
}

}  // namespace aiobpf::loop
