#include <aiobpf/records/ledger.hpp>

namespace aiobpf::records {
namespace {

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (static_cast<std::size_t>(causes[i].which) != i) return false;
  }
  return true;
}
static_assert(is_in_order(),
              "the table `causes` has one row for each cause, in the order of the enumeration");

}  // namespace

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
