#include "loop_printing.hpp"

#include <aiobpf/loop/ledger.hpp>

#include <boost/test/unit_test.hpp>

namespace loop = aiobpf::loop;

namespace {

constexpr loop::ledger balanced{.counted = true,
                                .seen = 100,
                                .submitted = 80,
                                .discarded = 9,
                                .ring_full = 7,
                                .oversize = 4,
                                .received = 70,
                                .unread = 10,
                                .delivered = 50,
                                .queued = 15,
                                .dropped_at_close = 5,
                                .bytes = 4000};

loop::ledger with(std::uint64_t loop::ledger::*count, std::uint64_t more = 1) {
  loop::ledger changed = balanced;
  changed.*count += more;
  return changed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger)

BOOST_AUTO_TEST_CASE(an_empty_one_balances) {
  BOOST_TEST(loop::ledger{}.balances());
}

BOOST_AUTO_TEST_CASE(one_whose_sums_hold_balances) {
  BOOST_TEST(balanced.balances());
}

BOOST_AUTO_TEST_CASE(a_record_more_or_less_under_any_cause_is_noticed) {
  using entry = loop::ledger;
  for (const auto count :
       {&entry::seen, &entry::submitted, &entry::discarded, &entry::ring_full, &entry::oversize,
        &entry::received, &entry::unread, &entry::delivered, &entry::queued, &entry::dropped_at_close}) {
    BOOST_TEST(!with(count).balances());
    BOOST_TEST(!with(count, UINT64_MAX).balances());
  }
}

BOOST_AUTO_TEST_CASE(bytes_are_not_records) {
  BOOST_TEST(with(&loop::ledger::bytes).balances());
}

BOOST_AUTO_TEST_CASE(the_sum_of_two_has_the_sum_of_each_count) {
  loop::ledger sum = balanced;
  sum += balanced;
  BOOST_TEST(sum.balances());
  BOOST_TEST(sum == (loop::ledger{true, false, 200, 160, 18, 14, 8, 140, 20, 100, 30, 10, 8000}));
}

BOOST_AUTO_TEST_CASE(a_sum_is_counted_only_when_all_of_it_is) {
  loop::ledger sum = balanced;
  loop::ledger uncounted = balanced;
  uncounted.counted = false;
  sum += uncounted;
  BOOST_TEST(!sum.counted);
}

BOOST_AUTO_TEST_SUITE_END()
