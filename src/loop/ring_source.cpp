#include <aiobpf/loop/ring_source.hpp>

#include <aiobpf/bpf/error.hpp>

#include <algorithm>
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

ring_source::ring_source(const bpf::object& object, std::string_view name)
    : ring_source(object.map(name), counters_of(object, name)) {}

ring_source::ring_source(const bpf::map& ring, std::optional<bpf::map> counters)
    : ring_(bpf::ring_memory::map_kernel_ring(ring)), counters_(std::move(counters)) {
  if (counters_ && counters_->value_size() < sizeof(bpf_counters)) {
    throw bpf::error{bpf::errc::wrong_size, "read the counters '" + counters_->name() +
                                                "': they are not a struct aiobpf_ledger; see aiobpf.bpf.h"};
  }
  const ledger now = read_counters();
  if (ring_.reader().next() == 0) return;  // nobody has read it: all that was counted is still to be read
  before_ = now;
  before_.seen -= std::min<std::uint64_t>(before_.seen, ring_.reader().count_unread());
}

ledger ring_source::read_counters() const {
  ledger sum;
  if (!counters_) return sum;
  const std::uint32_t zero = 0;
  const auto values = counters_->lookup(std::as_bytes(std::span{&zero, 1}));
  const std::size_t stride = (counters_->value_size() + 7) / 8 * 8;  // one CPU's; a newer header may append
  for (std::size_t at = 0; values && at + sizeof(bpf_counters) <= values->size(); at += stride) {
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
  ledger out;
  out.received = ring_.received();
  out.bytes = ring_.bytes();
  out.unread = ring_.reader().count_unread();
  out.delivered = out.received;
  out.submitted = out.seen = out.received + out.unread;
  if (!counters_) return out;
  try {
    const ledger now = read_counters();
    out.counted = true;
    out.seen = now.seen - before_.seen;
    out.discarded = now.discarded - before_.discarded;
    out.ring_full = now.ring_full - before_.ring_full;
    out.oversize = now.oversize - before_.oversize;
    out.submitted = out.seen - out.discarded - out.ring_full - out.oversize;
  } catch (const bpf::error&) {
    // They could be read when we came: the process has since given up the right to (before kernel 5.19 a
    // lookup needs CAP_BPF). Then they are as good as not there.
  }
  return out;
}

}  // namespace aiobpf::loop
