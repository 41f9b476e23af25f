#include <aiobpf/records/ledger.hpp>

namespace aiobpf::records {
ledger& ledger::operator+=(const ledger& other) noexcept {
  counted = counted && other.counted;
  settling = settling || other.settling;
  for (const count_info& one : counts) this->*one.count += other.*one.count;
  lost += other.lost;
  return *this;
}

ledger compose(ledger of_source, const backlog& after) noexcept {
  of_source.queued += after.queued;
  of_source.lost += after.lost;
  of_source.delivered = of_source.received - of_source.queued - of_source.lost.sum(side::consumer);
  return of_source;
}

}  // namespace aiobpf::records
