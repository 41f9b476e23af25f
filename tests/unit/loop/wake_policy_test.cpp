#include "loop_printing.hpp"

#include <aiobpf/loop/wake_policy.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
using namespace std::chrono_literals;
using action = loop::wake_policy::action;
using stop = bpf::ring_stop;

namespace {

const loop::wake_policy::clock::time_point start{1h};

// What a drain found, how long after the one before, and what is to be done then.
struct step {
  std::chrono::nanoseconds after;
  std::size_t bytes;
  stop found;
  action expected;
  std::chrono::nanoseconds wake_in;
};

void check(std::chrono::nanoseconds latency, const std::vector<step>& steps) {
  loop::wake_policy policy{latency};
  auto now = start;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const step& one = steps[i];
    now += one.after;
    BOOST_TEST_CONTEXT("step " << i) {
      BOOST_TEST(policy.drained(now, {.records = one.bytes / 56, .bytes = one.bytes, .stop = one.found}) ==
                 one.expected);
      BOOST_TEST(policy.next() == one.expected);
      BOOST_TEST((policy.wake_at() - now).count() == one.wake_in.count());
    }
  }
}

constexpr auto look = loop::wake_policy::safety_look;

}  // namespace

BOOST_AUTO_TEST_SUITE(wake_policy)

BOOST_AUTO_TEST_CASE(a_new_source_is_drained_first) {
  const loop::wake_policy policy;
  BOOST_TEST(policy.next() == action::drain);
  BOOST_TEST(policy.may_drain(start));
}

BOOST_AUTO_TEST_CASE(without_latency_it_waits_whenever_nothing_is_left) {
  check(0ns, {{0us, 0, stop::empty, action::wait, look},
              {1us, 56, stop::empty, action::wait, look},
              {1us, 560, stop::limit, action::drain, 0ns},
              {1us, 56, stop::empty, action::wait, look}});
}

BOOST_AUTO_TEST_CASE(without_latency_nothing_is_held_back) {
  BOOST_TEST((loop::wake_policy{0ns}.release_mode() == bpf::ring_release::all));
  BOOST_TEST((loop::wake_policy{-1us}.release_mode() == bpf::ring_release::all));
  BOOST_TEST((loop::wake_policy{1ns}.release_mode() == bpf::ring_release::hold_last));
}

BOOST_AUTO_TEST_CASE(a_latency_without_end_is_kept_by_looking_now_and_then) {
  constexpr auto longest = loop::wake_policy::longest_window;
  check(std::chrono::nanoseconds::max(),
        {{0us, 56, stop::empty, action::pause, longest}, {longest, 0, stop::empty, action::release, 0ns}});
}

BOOST_AUTO_TEST_CASE(with_latency_it_looks_again_when_the_time_is_over_and_not_before) {
  check(200us,
        {{0us, 56, stop::empty, action::pause, 200us}, {200us, 56, stop::empty, action::pause, 200us}});
}

BOOST_AUTO_TEST_CASE(a_window_without_records_ends_the_hold_back) {
  check(200us, {{0us, 56, stop::empty, action::pause, 200us},
                {200us, 0, stop::empty, action::release, 0ns},
                {0us, 0, stop::empty, action::wait, look}});
}

BOOST_AUTO_TEST_CASE(records_that_came_just_before_the_release_begin_a_new_window) {
  check(200us, {{0us, 56, stop::empty, action::pause, 200us},
                {200us, 0, stop::empty, action::release, 0ns},
                {0us, 56, stop::empty, action::pause, 200us},
                {200us, 0, stop::empty, action::release, 0ns}});
}

BOOST_AUTO_TEST_CASE(an_idle_source_is_not_released_twice) {
  check(200us, {{0us, 0, stop::empty, action::wait, look}, {100ms, 0, stop::empty, action::wait, look}});
}

BOOST_AUTO_TEST_CASE(a_backlog_goes_before_the_window) {
  check(200us, {{0us, 56, stop::limit, action::drain, 0ns},
                {1us, 56, stop::limit, action::drain, 0ns},
                {1us, 56, stop::empty, action::pause, 200us}});
}

BOOST_AUTO_TEST_CASE(before_a_busy_head_it_pauses_twice_as_long_each_time_up_to_a_limit) {
  check(0ns, {{0us, 0, stop::busy, action::pause, 20us},
              {20us, 0, stop::busy, action::pause, 40us},
              {40us, 0, stop::busy, action::pause, 80us},
              {80us, 0, stop::busy, action::pause, 160us},
              {160us, 0, stop::busy, action::pause, 320us},
              {320us, 0, stop::busy, action::pause, 640us},
              {640us, 0, stop::busy, action::pause, 1ms},
              {1ms, 0, stop::busy, action::pause, 1ms}});
}

BOOST_AUTO_TEST_CASE(a_record_makes_the_pauses_short_again) {
  check(0ns, {{0us, 0, stop::busy, action::pause, 20us},
              {20us, 0, stop::busy, action::pause, 40us},
              {40us, 56, stop::busy, action::pause, 20us},
              {20us, 0, stop::busy, action::pause, 40us},
              {40us, 56, stop::empty, action::wait, look},
              {1us, 0, stop::busy, action::pause, 20us}});
}

BOOST_AUTO_TEST_CASE(a_busy_head_does_not_end_the_hold_back) {
  check(200us, {{0us, 56, stop::busy, action::pause, 200us},
                {200us, 0, stop::busy, action::pause, 20us},
                {20us, 0, stop::busy, action::pause, 40us},
                {40us, 0, stop::empty, action::release, 0ns}});
}

BOOST_AUTO_TEST_CASE(discarded_records_count_as_records_that_flow) {
  check(200us, {{0us, 56, stop::empty, action::pause, 200us}});  // bytes, whatever was in them
}

BOOST_AUTO_TEST_CASE(a_paused_source_is_drained_when_its_pause_is_over) {
  loop::wake_policy policy{200us};
  policy.drained(start, {.records = 1, .bytes = 56, .stop = stop::empty});
  BOOST_TEST(!policy.may_drain(start + 199us));
  BOOST_TEST(policy.may_drain(start + 200us));
}

BOOST_AUTO_TEST_CASE(a_waiting_source_may_always_be_drained) {
  loop::wake_policy policy;
  policy.drained(start, {.records = 1, .bytes = 56, .stop = stop::empty});
  BOOST_TEST(policy.may_drain(start));
}

BOOST_AUTO_TEST_SUITE_END()
