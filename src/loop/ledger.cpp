#include <aiobpf/loop/ledger.hpp>

namespace aiobpf::loop {

ledger& ledger::operator+=(const ledger& other) noexcept {
  counted = counted && other.counted;
  settling = settling || other.settling;
  seen += other.seen;
  submitted += other.submitted;
  discarded += other.discarded;
  ring_full += other.ring_full;
  oversize += other.oversize;
  received += other.received;
  unread += other.unread;
  delivered += other.delivered;
  queued += other.queued;
  dropped_at_close += other.dropped_at_close;
  bytes += other.bytes;
  return *this;
}

}  // namespace aiobpf::loop
