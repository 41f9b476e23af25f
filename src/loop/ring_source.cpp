#include <aiobpf/loop/ring_source.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace aiobpf::loop {
namespace {

// struct aiobpf_ledger of bpf/aiobpf.bpf.h.
struct bpf_counters {
  std::uint64_t seen;
  std::uint64_t discarded;
  std::uint64_t ring_full;
  std::uint64_t oversize;
};

std::optional<bpf::map> counters_of(const bpf::object& object, std::string_view ring) {
  const std::string name = std::string{ring} + "__ledger";
  if (!object.has_map(name)) return std::nullopt;
  return object.map(name);
}

}  // namespace

drain_result drain_ring(bpf::ring_reader& reader, bpf::ring_limits limits, std::size_t id, batch& out,
                        bpf::ring_release how, ledger& counts) {
  // Walked and copied piece by piece, while the piece is in the first-level cache.
  constexpr std::size_t piece_bytes = 16 * 1024;

  drain_result result;
  bpf::ring_walk whole{.begin = reader.next(), .end = reader.next(), .last = reader.next()};
  do {
    const std::size_t left = limits.bytes - result.bytes;
    const auto walk = reader.peek({.records = limits.records - (whole.records + whole.discarded),
                                   .bytes = std::min(left, piece_bytes)});
    result.stop = walk.stop;
    const std::size_t bytes = walk.end - walk.begin;
    if (bytes == 0) break;
    if (bytes > left && result.bytes > 0) {
      // peek() gives one record at least; it stays for the next drain.
      result.stop = bpf::ring_stop::limit;
      break;
    }
    std::memcpy(out.reserve(bytes), reader.at(walk.begin), bytes);
    out.commit(id, walk);
    reader.consume(walk, bpf::ring_release::hold_last);
    counts.received += walk.records;
    counts.bytes += bytes;
    whole.end = walk.end;
    whole.last = walk.last;
    whole.records += walk.records;
    whole.discarded += walk.discarded;
    result.bytes += bytes;
  } while (result.stop == bpf::ring_stop::limit && whole.records + whole.discarded < limits.records &&
           result.bytes < limits.bytes);
  reader.consume(whole, how);
  result.records = whole.records;
  return result;
}

ring_source::ring_source(const bpf::object& object, std::string_view name)
    : ring_source(object.map(name), counters_of(object, name)) {}

ring_source::ring_source(const bpf::map& ring, std::optional<bpf::map> counters)
    : reader_(bpf::ring_memory::map_kernel_ring(ring)), counters_(std::move(counters)) {
  if (reader_.next() == 0) return;  // nobody has read it: all that was counted is still to be read
  before_ = read_counters();
  before_.seen -= std::min<std::uint64_t>(before_.seen, reader_.count_unread());
}

drain_result ring_source::drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
  return drain_ring(reader_, limits, id, out, how, mine_);
}

ledger ring_source::read_counters() const {
  ledger sum;
  if (!counters_) return sum;
  const std::uint32_t zero = 0;
  const auto values = counters_->lookup(std::as_bytes(std::span{&zero, 1}));
  for (std::size_t at = 0; values && at + sizeof(bpf_counters) <= values->size(); at += sizeof(bpf_counters)) {
    bpf_counters one;
    std::memcpy(&one, values->data() + at, sizeof(one));
    sum.seen += one.seen;
    sum.discarded += one.discarded;
    sum.ring_full += one.ring_full;
    sum.oversize += one.oversize;
  }
  return sum;
}

ledger ring_source::statistics() const {
  ledger out = mine_;
  out.unread = reader_.count_unread();
  out.delivered = out.received;
  if (counters_) {
    const ledger now = read_counters();
    out.counted = true;
    out.seen = now.seen - before_.seen;
    out.discarded = now.discarded - before_.discarded;
    out.ring_full = now.ring_full - before_.ring_full;
    out.oversize = now.oversize - before_.oversize;
    out.submitted = out.seen - out.discarded - out.ring_full - out.oversize;
  } else {
    out.submitted = out.seen = out.received + out.unread;
  }
  return out;
}

}  // namespace aiobpf::loop
