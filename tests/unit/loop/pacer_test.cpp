#include <aiobpf/loop/pacer.hpp>

#include <boost/test/unit_test.hpp>

namespace loop = aiobpf::loop;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(pacer)

BOOST_AUTO_TEST_CASE(starts_small_and_not_above_the_most) {
  BOOST_TEST((loop::pacer{1ms, 64, 1024}.allowance()) == 64U);
  BOOST_TEST((loop::pacer{1ms, 64, 16}.allowance()) == 16U);
}

BOOST_AUTO_TEST_CASE(doubles_up_to_the_most_while_the_handler_is_quick) {
  loop::pacer pace{1ms, 64, 300};
  pace.spent(64, 64us);
  BOOST_TEST(pace.allowance() == 128U);
  pace.spent(128, 128us);
  BOOST_TEST(pace.allowance() == 256U);
  pace.spent(256, 256us);
  BOOST_TEST(pace.allowance() == 300U);
}

BOOST_AUTO_TEST_CASE(believes_a_slow_handler_at_once) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(64, 3200us);  // 50 us each
  BOOST_TEST(pace.allowance() == 20U);
}

BOOST_AUTO_TEST_CASE(gives_one_record_to_a_handler_that_is_slower_than_the_time) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(64, 10s);
  BOOST_TEST(pace.allowance() == 1U);
}

BOOST_AUTO_TEST_CASE(recovers_from_a_slow_moment_by_doubling) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(64, 10s);
  for (int turns = 0; turns < 10; ++turns) pace.spent(pace.allowance(), 1us);
  BOOST_TEST(pace.allowance() == 1024U);
}

BOOST_AUTO_TEST_CASE(learns_nothing_from_a_turn_without_records) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(0, 10s);
  BOOST_TEST(pace.allowance() == 64U);
}

BOOST_AUTO_TEST_CASE(counts_in_records_and_not_in_turns) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(2, 100us);  // fewer than were allowed: 50 us each
  BOOST_TEST(pace.allowance() == 20U);
}

BOOST_AUTO_TEST_CASE(an_elapsed_time_that_no_clock_can_measure_is_quick) {
  loop::pacer pace{1ms, 64, 1024};
  pace.spent(64, 0ns);
  BOOST_TEST(pace.allowance() == 128U);
}

BOOST_AUTO_TEST_CASE(a_time_without_end_lets_it_grow_to_the_most) {
  loop::pacer pace{std::chrono::nanoseconds::max(), 64, 1024};
  pace.spent(64, 1ns);
  BOOST_TEST(pace.allowance() == 128U);
}

BOOST_AUTO_TEST_CASE(allows_one_record_whatever_it_was_told) {
  loop::pacer pace{0ns, 64, 0};
  BOOST_TEST(pace.allowance() == 1U);
  pace.spent(1, 1us);
  BOOST_TEST(pace.allowance() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
