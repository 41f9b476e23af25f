#include "loop_printing.hpp"
#include "wake_model.hpp"

#include <aiobpf/loop/wake_policy.hpp>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

namespace loop = aiobpf::loop;
namespace tests = aiobpf::tests;
using namespace std::chrono_literals;
using action = loop::wake_policy::action;
using stop = loop::drain_stop;

namespace {

const loop::wake_policy::clock::time_point start{1h};
constexpr bool lent = true;

// What a drain found, how long after the one before, and what is to be done then: after how long, and whether
// the next drain asks for wakeups.
struct step {
  std::chrono::nanoseconds after;
  std::size_t records;
  stop found;
  action expected;
  std::chrono::nanoseconds wake_in;
  bool wakeups = true;
  bool is_lent = false;
};

void check(std::chrono::nanoseconds latency, const std::vector<step>& steps) {
  loop::wake_policy policy{{.latency = latency}};
  auto now = start;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const step& one = steps[i];
    now += one.after;
    BOOST_TEST_CONTEXT("step " << i) {
      BOOST_TEST(policy.drained(now, {.records = one.records,
                                      .bytes = one.records * 56,
                                      .stop = one.found,
                                      .lent = one.is_lent}) == one.expected);
      BOOST_TEST(policy.next() == one.expected);
      if (one.expected == action::pause) BOOST_TEST((policy.wake_at() - now).count() == one.wake_in.count());
      BOOST_TEST(policy.wants_wakeups() == one.wakeups);
    }
  }
}

// Records that come fast enough for a window of 200 us: the next drain holds back.
const step warm_up[] = {{0us, 1, stop::empty, action::wait, 0ns},
                        {50us, 1, stop::empty, action::wait, 0ns, false}};

std::vector<step> after_warm_up(std::vector<step> steps) {
  steps.insert(steps.begin(), std::begin(warm_up), std::end(warm_up));
  return steps;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wake_policy)

BOOST_AUTO_TEST_CASE(a_new_channel_is_drained_first) {
  const loop::wake_policy policy;
  BOOST_TEST(policy.next() == action::drain);
  BOOST_TEST(policy.wants_wakeups());
}

BOOST_AUTO_TEST_CASE(without_latency_it_waits_whenever_nothing_is_left) {
  check(0ns, {{0us, 0, stop::empty, action::wait, 0ns},
              {1us, 1, stop::empty, action::wait, 0ns},
              {1us, 10, stop::limit, action::drain, 0ns},
              {1us, 1, stop::empty, action::wait, 0ns}});
}

BOOST_AUTO_TEST_CASE(without_latency_nothing_is_held_back_however_fast_records_come) {
  for (const auto latency : {0ns, -1000ns}) {
    check(latency, {{0us, 100, stop::empty, action::wait, 0ns}, {1ns, 100, stop::empty, action::wait, 0ns}});
  }
}

BOOST_AUTO_TEST_CASE(a_window_is_opened_when_at_least_two_records_are_expected_in_it) {
  check(200us, {{0us, 1, stop::empty, action::wait, 0ns},
                {101us, 1, stop::empty, action::wait, 0ns},
                {100us, 1, stop::empty, action::wait, 0ns, false},
                {100us, 1, stop::empty, action::pause, 200us, false}});
}

BOOST_AUTO_TEST_CASE(records_that_come_together_count_as_fast_ones) {
  check(200us, {{0us, 1, stop::empty, action::wait, 0ns},
                {900us, 9, stop::empty, action::wait, 0ns, false},
                {1us, 1, stop::empty, action::pause, 200us, false}});
}

BOOST_AUTO_TEST_CASE(a_window_shorter_than_the_gaps_is_never_opened) {
  check(50us, {{0us, 1, stop::empty, action::wait, 0ns},
               {100us, 1, stop::empty, action::wait, 0ns},
               {100us, 1, stop::empty, action::wait, 0ns},
               {100us, 1, stop::empty, action::wait, 0ns}});
}

BOOST_AUTO_TEST_CASE(a_latency_without_end_is_kept_by_looking_now_and_then) {
  constexpr auto longest = loop::wake_policy::longest_window;
  check(std::chrono::nanoseconds::max(), after_warm_up({{1us, 1, stop::empty, action::pause, longest, false},
                                                        {longest, 0, stop::empty, action::release, 0ns}}));
}

BOOST_AUTO_TEST_CASE(in_a_window_it_looks_again_when_the_time_is_over_and_goes_on_while_there_are_records) {
  check(200us, after_warm_up({{1us, 1, stop::empty, action::pause, 200us, false},
                              {200us, 1, stop::empty, action::pause, 200us, false},
                              {200us, 5, stop::empty, action::pause, 200us, false}}));
}

BOOST_AUTO_TEST_CASE(a_window_without_records_ends_the_hold_back_and_the_next_one_must_pay_again) {
  check(200us, after_warm_up({{1us, 1, stop::empty, action::pause, 200us, false},
                              {200us, 0, stop::empty, action::release, 0ns},
                              {0us, 0, stop::empty, action::wait, 0ns},
                              {500us, 1, stop::empty, action::wait, 0ns},
                              {10us, 1, stop::empty, action::wait, 0ns, false}}));
}

BOOST_AUTO_TEST_CASE(an_idle_channel_is_not_released_twice) {
  check(200us, {{0us, 0, stop::empty, action::wait, 0ns}, {100ms, 0, stop::empty, action::wait, 0ns}});
}

BOOST_AUTO_TEST_CASE(a_backlog_goes_before_the_window) {
  check(200us, {{0us, 1, stop::limit, action::drain, 0ns},
                {1us, 1, stop::limit, action::drain, 0ns, false},
                {1us, 1, stop::empty, action::pause, 200us, false}});
}

BOOST_AUTO_TEST_CASE(before_a_busy_head_it_waits_as_the_descriptor_tells_of_it) {
  check(0ns, {{0us, 0, stop::busy, action::wait, 0ns}, {1us, 1, stop::busy, action::wait, 0ns}});
}

// A record that is held back keeps the reader from having caught up: a busy head that is submitted wakes
// nobody.
BOOST_AUTO_TEST_CASE(before_a_busy_head_a_hold_back_goes_on_with_pauses_that_double) {
  check(200us, after_warm_up({{1us, 1, stop::busy, action::pause, 200us, false},
                              {200us, 0, stop::busy, action::pause, 20us, false},
                              {20us, 0, stop::busy, action::pause, 40us, false},
                              {40us, 0, stop::empty, action::release, 0ns}}));
}

BOOST_AUTO_TEST_CASE(a_loan_that_was_just_given_is_back_before_the_next_drain) {
  check(0ns,
        {{0us, 100, stop::empty, action::drain, 0ns, true, lent}, {1us, 0, stop::empty, action::wait, 0ns}});
}

BOOST_AUTO_TEST_CASE(while_somebody_keeps_a_loan_it_pauses_twice_as_long_each_time_up_to_a_limit) {
  check(0ns, {{0us, 100, stop::empty, action::drain, 0ns, true, lent},
              {1us, 0, stop::empty, action::pause, 20us, true, lent},
              {20us, 0, stop::empty, action::pause, 40us, true, lent},
              {40us, 0, stop::empty, action::pause, 80us, true, lent},
              {80us, 0, stop::empty, action::pause, 160us, true, lent},
              {160us, 0, stop::empty, action::pause, 320us, true, lent},
              {320us, 0, stop::empty, action::pause, 640us, true, lent},
              {640us, 0, stop::empty, action::pause, 1ms, true, lent},
              {1ms, 0, stop::empty, action::pause, 1ms, true, lent},
              {1ms, 1, stop::empty, action::drain, 0ns, true, lent},
              {1us, 0, stop::empty, action::pause, 20us, true, lent},
              {20us, 0, stop::empty, action::wait, 0ns}});
}

BOOST_AUTO_TEST_CASE(discarded_records_count_as_records_that_flow) {
  loop::wake_policy policy{{.latency = 200us}};
  policy.drained(start, {.records = 1, .bytes = 56});
  policy.drained(start + 1us, {.records = 1, .bytes = 56});
  policy.drained(start + 2us, {.records = 1, .bytes = 56});
  BOOST_TEST(policy.drained(start + 202us, {.records = 0, .bytes = 56}) == action::pause);
}

BOOST_AUTO_TEST_CASE(a_window_is_shorter_by_what_timers_are_late) {
  loop::wake_policy policy{{.latency = 200us}};
  auto now = start;
  const loop::drain_result found{.records = 1, .bytes = 56};
  policy.drained(now, found);
  policy.drained(now += 50us, found);
  policy.drained(now += 50us, found);
  for (int i = 0; i < 100; ++i) policy.drained(now = policy.wake_at() + 30us, found);
  BOOST_TEST((policy.wake_at() - now >= 170us));
  BOOST_TEST((policy.wake_at() - now < 171us));
  // However late they are, half of the time is waited for.
  for (int i = 0; i < 100; ++i) policy.drained(now = policy.wake_at() + 10ms, found);
  BOOST_TEST((policy.wake_at() - now).count() == std::chrono::nanoseconds{100us}.count());
}

BOOST_AUTO_TEST_CASE(a_window_ends_when_a_quarter_of_the_buffer_has_filled) {
  loop::wake_policy policy{{.latency = 10ms, .capacity = 64 * 1024}};
  auto now = start;
  for (int i = 0; i < 10; ++i) policy.drained(now += 1ms, {.records = 100, .bytes = 8 * 1024});
  // 8 KiB a millisecond: 16 KiB take two.
  BOOST_TEST((policy.wake_at() - now).count() == std::chrono::nanoseconds{2ms}.count());
  // A buffer that fills faster than anybody could look is looked at as often as is reasonable.
  for (int i = 0; i < 10; ++i) policy.drained(now += 10us, {.records = 100, .bytes = 32 * 1024});
  BOOST_TEST((policy.wake_at() - now).count() == loop::wake_policy::shortest_pause.count());
}

BOOST_AUTO_TEST_CASE(drains_of_one_turn_count_together) {
  loop::wake_policy policy{{.latency = 10ms, .capacity = 64 * 1024}};
  auto now = start;
  for (int i = 0; i < 10; ++i) {
    now += 1ms;
    policy.drained(now, {.records = 50, .bytes = 4 * 1024, .stop = stop::limit});
    policy.drained(now, {.records = 50, .bytes = 4 * 1024});
  }
  BOOST_TEST((policy.wake_at() - now).count() == std::chrono::nanoseconds{2ms}.count());
}

BOOST_AUTO_TEST_CASE(busy_heads_that_are_told_of_again_and_again_are_looked_at_by_pauses) {
  check(0ns, {{0us, 0, stop::busy, action::wait, 0ns},
              {1us, 0, stop::busy, action::pause, 20us},
              {1us, 0, stop::busy, action::pause, 40us},
              {40us, 1, stop::busy, action::wait, 0ns},
              {1us, 0, stop::busy, action::wait, 0ns},
              {1us, 0, stop::empty, action::wait, 0ns}});
  loop::wake_policy policy;
  policy.drained(start, {.stop = stop::busy});
  BOOST_TEST(!policy.backs_off());
  policy.drained(start, {.stop = stop::busy});
  BOOST_TEST(policy.backs_off());
}

BOOST_AUTO_TEST_CASE(an_edge_channel_that_was_released_is_looked_at_once_more) {
  loop::wake_policy policy{{.latency = 200us, .edge = true}};
  auto now = start;
  const loop::drain_result found{.records = 1, .bytes = 56};
  for (int i = 0; i < 3; ++i) policy.drained(now += 50us, found);
  BOOST_TEST(policy.next() == action::pause);
  BOOST_TEST(policy.drained(now += 200us, {}) == action::release);
  BOOST_TEST(policy.drained(now, {}) == action::pause);
  BOOST_TEST((policy.wake_at() - now).count() == std::chrono::nanoseconds{200us}.count());
  BOOST_TEST(policy.wants_wakeups());
  BOOST_TEST(policy.drained(now += 200us, {}) == action::wait);
}

BOOST_AUTO_TEST_CASE(one_that_polls_holds_back_and_looks_again_until_nothing_came_for_long) {
  loop::wake_policy policy{{.poll = loop::polling{.idle = 1ms}}};
  auto now = start;
  const loop::drain_result found{.records = 1, .bytes = 56};
  BOOST_TEST(policy.wants_wakeups());
  BOOST_TEST(policy.drained(now, {}) == action::wait);
  BOOST_TEST(policy.drained(now += 1s, found) == action::poll);
  BOOST_TEST(!policy.wants_wakeups());
  BOOST_TEST(policy.drained(now += 500us, {}) == action::poll);
  BOOST_TEST(policy.drained(now += 499us, found) == action::poll);
  BOOST_TEST(policy.drained(now += 999us, {}) == action::poll);
  BOOST_TEST(policy.drained(now += 1us, {}) == action::release);
  BOOST_TEST(policy.wants_wakeups());
  BOOST_TEST(policy.drained(now, {}) == action::wait);
}

BOOST_AUTO_TEST_CASE(a_poll_that_found_but_one_record_has_nothing_to_release) {
  loop::wake_policy policy{{.poll = loop::polling{.idle = 1ms}}};
  policy.drained(start, {.records = 1, .bytes = 56});
  BOOST_TEST(policy.drained(start + 1ms, {}) == action::wait);
}

namespace {

const loop::wake_options all_options[] = {
    {},
    {.latency = 50us},
    {.latency = 1ms, .capacity = 4096},
    {.latency = 200us, .edge = true},
    {.edge = true},
    {.poll = loop::polling{.idle = 100us}},
    {.latency = 200us, .poll = loop::polling{.idle = 100us}},
    {.poll = loop::polling{.idle = 100us}, .edge = true},
};

}  // namespace

// No wakeup is lost, nothing spins, no record waits longer than it may, nothing is held back when all is
// idle.
BOOST_AUTO_TEST_CASE(whatever_is_written_and_when_no_record_waits_longer_than_it_may) {
  std::mt19937_64 random{20261126};
  for (const auto& options : all_options) {
    for (int sequence = 0; sequence < 300; ++sequence) {
      std::string refused;
      tests::wake_model model{options, [&](const std::string& why) { refused = why; }};
      tests::run_wake_sequence(model, 60, [&](std::uint64_t below) { return random() % below; });
      BOOST_TEST_REQUIRE(refused == "", "sequence " << sequence << " of latency " << options.latency.count()
                                                    << (options.poll ? ", polls" : "")
                                                    << (options.edge ? ", edge: " : ": ") << refused);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
