#include "loop_printing.hpp"

#include <aiobpf/records/ledger.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace records = aiobpf::records;
using records::cause;

namespace {

// Something under each count and each cause; the sums hold.
records::ledger balanced() {
  records::ledger out{
      .counted = true, .discarded = 9, .unread = 10, .delivered = 50, .queued = 15, .bytes = 4000};
  std::uint64_t next = 3;
  for (const auto& one : records::causes) out.lost[one.which] = next++;
  out.received = out.delivered + out.queued + out.lost.sum(records::side::consumer);
  out.submitted = out.received + out.unread;
  out.seen = out.submitted + out.discarded + out.lost.sum(records::side::program);
  out.missed = 2;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger)

BOOST_AUTO_TEST_CASE(an_empty_one_balances) {
  BOOST_TEST(records::ledger{}.balances());
}

BOOST_AUTO_TEST_CASE(one_whose_sums_hold_balances) {
  BOOST_TEST(balanced().balances());
}

BOOST_AUTO_TEST_CASE(a_record_more_or_less_under_any_count_or_cause_is_noticed) {
  for (const auto more : {std::uint64_t{1}, UINT64_MAX}) {
    for (const auto& one : records::counts) {
      if (one.name == "bytes" || one.name == "missed") continue;
      auto changed = balanced();
      changed.*one.count += more;
      BOOST_TEST(!changed.balances(), one.name);
    }
    for (const auto& one : records::causes) {
      auto changed = balanced();
      changed.lost[one.which] += more;
      BOOST_TEST(!changed.balances(), one.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_and_missed_runs_are_not_records) {
  auto changed = balanced();
  ++changed.bytes;
  ++changed.missed;
  BOOST_TEST(changed.balances());
}

BOOST_AUTO_TEST_CASE(the_sum_of_two_has_the_sum_of_each_count) {
  const auto one = balanced();
  auto sum = one;
  sum += one;
  BOOST_TEST(sum.balances());
  for (const auto& each : records::counts) BOOST_TEST((sum.*each.count == 2 * (one.*each.count)), each.name);
  for (const auto& each : records::causes)
    BOOST_TEST(sum.lost[each.which] == 2 * one.lost[each.which], each.name);
}

BOOST_AUTO_TEST_CASE(a_sum_is_counted_only_when_all_of_it_is) {
  auto sum = balanced();
  auto uncounted = balanced();
  uncounted.counted = false;
  sum += uncounted;
  BOOST_TEST(!sum.counted);
}

BOOST_AUTO_TEST_CASE(what_waits_and_what_was_dropped_is_not_delivered) {
  records::ledger source{.counted = true, .seen = 100, .submitted = 100, .received = 80, .unread = 20};
  records::backlog after{.queued = 7};
  after.lost[cause::dropped_at_close] = 3;
  after += {.queued = 1};
  const auto all = compose(source, after);
  BOOST_TEST(all.delivered == 69U);
  BOOST_TEST(all.queued == 8U);
  BOOST_TEST(all.lost[cause::dropped_at_close] == 3U);
  BOOST_TEST(all.balances());
}

BOOST_AUTO_TEST_CASE(every_count_and_cause_has_a_name_of_its_own) {
  std::set<std::string> names;
  std::size_t called = 0;
  for_each_count(balanced(), [&](std::string_view name, std::uint64_t) {
    names.insert(std::string{name});
    ++called;
  });
  BOOST_TEST(called == records::counts.size() + records::causes.size());
  BOOST_TEST(names.size() == called);
}

BOOST_AUTO_TEST_SUITE_END()
