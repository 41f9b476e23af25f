#include <aiobpf/loop/turn_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>

namespace loop = aiobpf::loop;
using namespace std::chrono_literals;

namespace {

// A consumer that takes records and tells how many it takes in a turn.
struct consumer {
  loop::turn_clock clock;
  std::chrono::steady_clock::time_point now{1h};
  std::size_t looks = 0;

  // Records until the turn is over, each handled in `each`; at most `most`.
  std::size_t take(std::chrono::nanoseconds each, std::size_t most = 1'000'000) {
    for (std::size_t records = 0; records < most; ++records) {
      if (!clock.tick()) {
        ++looks;
        if (clock.look(now)) return records;
      }
      now += each;
    }
    return most;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(turn_clocks)

BOOST_AUTO_TEST_CASE(a_turn_ends_after_its_time) {
  struct row {
    std::chrono::nanoseconds each;
    std::size_t least;
    std::size_t most;
  };
  for (const auto& one : {
           row{100ns, 10'000, 10'016},
           row{1us, 1'000, 1'016},
           row{100us, 10, 13},
           row{1ms, 1, 2},
           row{50ms, 1, 1},
       }) {
    consumer reader{.clock = {1ms, 16}};
    const auto records = reader.take(one.each);
    BOOST_TEST_CONTEXT(one.each.count() << " ns a record") {
      BOOST_TEST(records >= one.least);
      BOOST_TEST(records <= one.most);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_clock_is_looked_at_every_few_records_only) {
  consumer reader{.clock = {1ms, 16}};
  reader.take(100ns);
  BOOST_TEST(reader.looks < 10'000U / 16 + 10);
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_over_stays_over_until_the_loop_has_run) {
  consumer reader{.clock = {1ms, 16}};
  reader.take(1us);
  BOOST_TEST(reader.take(1us) < 17U);
  reader.clock.resume();
  BOOST_TEST(reader.take(1us) >= 1'000U);
}

BOOST_AUTO_TEST_CASE(a_consumer_that_turns_slow_is_noticed_within_the_records_between_looks) {
  consumer reader{.clock = {1ms, 16}};
  reader.take(10ns, 5'000);
  const auto before = reader.now;
  const auto records = reader.take(1ms);
  BOOST_TEST(records <= 16U);
  BOOST_TEST((reader.now - before <= 16ms));
}

BOOST_AUTO_TEST_CASE(asked_to_look_at_each_record_it_does) {
  consumer reader{.clock = {1ms, 16}};
  reader.take(10ns, 1'000);
  reader.clock.look_at_each(true);
  reader.looks = 0;
  reader.take(10ns, 100);
  BOOST_TEST(reader.looks == 100U);
  reader.clock.look_at_each(false);
  reader.take(10ns, 1'000);
  reader.looks = 0;
  reader.take(10ns, 160);
  BOOST_TEST(reader.looks <= 11U);
}

BOOST_AUTO_TEST_CASE(ticking_past_a_look_that_is_due_changes_nothing) {
  loop::turn_clock clock{1ms, 16};
  for (int i = 0; i < 3; ++i) BOOST_TEST(!clock.tick());
}

BOOST_AUTO_TEST_SUITE_END()
