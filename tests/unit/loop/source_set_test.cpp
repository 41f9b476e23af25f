#include "fake_source.hpp"
#include "loop_printing.hpp"

#include <aiobpf/loop/source_set.hpp>

#include <boost/test/unit_test.hpp>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

// A set of fakes; a turn has no end in time, unless the test gives it one.
struct fakes {
  explicit fakes(std::size_t count, loop::budget turn = {.time = 1h}, std::chrono::nanoseconds latency = {})
      : set(latency, turn) {
    for (std::size_t id = 0; id < count; ++id) {
      states.push_back(std::make_shared<fake>());
      set.add(fake_source{states.back()});
    }
  }
  void emit(std::size_t id, std::size_t count, std::size_t size = 48) const {
    for (const auto number : numbers_from(states[id]->records.size(), count)) states[id]->emit(number, size);
  }
  std::size_t take(std::size_t most = 1024) {
    batch.clear();
    return set.take(batch, most);
  }
  std::vector<std::size_t> taken() const {
    std::vector<std::size_t> by_source;
    for (std::size_t id = 0; id < states.size(); ++id) by_source.push_back(numbers_of(batch, id).size());
    return by_source;
  }

  std::vector<std::shared_ptr<fake>> states;
  loop::source_set set;
  loop::batch batch;
};

using counts = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(source_set)

BOOST_AUTO_TEST_CASE(an_empty_set_has_nothing_to_take_and_nothing_to_say) {
  fakes none{0};
  BOOST_TEST(none.take() == 0U);
  BOOST_TEST(!none.set.wants_turn());
  BOOST_TEST(!none.set.take_failure());
  BOOST_TEST(!none.set.statistics().counted);
}

BOOST_AUTO_TEST_CASE(a_turn_ends_at_its_number_of_records) {
  fakes one{1, {.records = 10, .time = 1h}};
  one.emit(0, 25);
  BOOST_TEST(one.take() == 10U);
  BOOST_TEST(one.set.wants_turn());
  BOOST_TEST(one.take() == 10U);
  BOOST_TEST(one.take() == 5U);
  BOOST_TEST(!one.set.wants_turn());
}

BOOST_AUTO_TEST_CASE(a_turn_ends_at_what_the_driver_asks_for) {
  fakes one{1};
  one.emit(0, 25);
  BOOST_TEST(one.take(7) == 7U);
  BOOST_TEST(one.take(0) == 1U);
}

BOOST_AUTO_TEST_CASE(a_turn_ends_at_its_number_of_bytes) {
  fakes two{2, {.bytes = 560, .time = 1h}};
  two.emit(0, 25);
  two.emit(1, 25);
  BOOST_TEST(two.take() == 10U);
  BOOST_TEST(two.batch.bytes() == 560U);
}

BOOST_AUTO_TEST_CASE(a_record_larger_than_the_turn_is_taken_alone) {
  fakes one{1, {.bytes = 100, .time = 1h}};
  one.emit(0, 2, 4000);
  BOOST_TEST(one.take() == 1U);
  BOOST_TEST(one.take() == 1U);
}

BOOST_AUTO_TEST_CASE(a_turn_without_time_takes_from_one_source_and_the_next_from_the_next) {
  fakes three{3, {.time = 0ns}};
  for (std::size_t id = 0; id < 3; ++id) three.emit(id, 1);
  for (const auto& expected : {counts{1, 0, 0}, counts{0, 1, 0}, counts{0, 0, 1}}) {
    three.take();
    BOOST_TEST(three.taken() == expected, per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_turn_whose_time_has_no_end_takes_from_all) {
  fakes three{3, {.time = std::chrono::nanoseconds::max()}};
  for (std::size_t id = 0; id < 3; ++id) three.emit(id, 2);
  BOOST_TEST(three.take() == 6U);
}

BOOST_AUTO_TEST_CASE(full_sources_get_equal_shares_of_a_turn) {
  fakes three{3, {.records = 30, .time = 1h}};
  for (std::size_t id = 0; id < 3; ++id) three.emit(id, 100);
  three.take();
  BOOST_TEST(three.taken() == (counts{10, 10, 10}), per_element());
}

BOOST_AUTO_TEST_CASE(what_one_source_leaves_the_others_get) {
  fakes three{3, {.records = 30, .time = 1h}};
  three.emit(0, 100);
  three.emit(1, 2);
  BOOST_TEST(three.take() == 30U);
  BOOST_TEST(three.taken() == (counts{28, 2, 0}), per_element());
}

BOOST_AUTO_TEST_CASE(a_flooded_source_does_not_delay_a_trickling_one) {
  fakes two{2, {.records = 8, .time = 1h}};
  two.emit(0, 1000);
  for (int turn = 0; turn < 50; ++turn) {
    two.emit(1, 1);
    two.take();
    BOOST_TEST(two.taken()[1] == 1U);
  }
}

BOOST_AUTO_TEST_CASE(with_a_turn_of_one_record_sources_take_turns) {
  fakes three{3, {.records = 1, .time = 1h}};
  for (std::size_t id = 0; id < 3; ++id) three.emit(id, 10);
  counts sum(3);
  for (int turn = 0; turn < 9; ++turn) {
    three.take();
    for (std::size_t id = 0; id < 3; ++id) sum[id] += three.taken()[id];
  }
  BOOST_TEST(sum == (counts{3, 3, 3}), per_element());
}

BOOST_AUTO_TEST_CASE(the_next_turn_begins_with_another_source_also_when_all_were_emptied) {
  fakes three{3};
  for (std::size_t turn = 0; turn < 6; ++turn) {
    for (std::size_t id = 0; id < 3; ++id) three.emit(id, 1);
    BOOST_TEST(three.take() == 3U);
    counts order;
    for (const auto& record : three.batch) order.push_back(record.source);
    BOOST_TEST(order == (counts{turn % 3, (turn + 1) % 3, (turn + 2) % 3}), per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_order_is_kept_over_passes_and_turns) {
  fakes two{2, {.records = 7, .time = 1h}};
  two.emit(0, 100);
  two.emit(1, 100);
  loop::batch all;
  while (two.set.take(all, 1024) > 0) {
  }
  BOOST_TEST(numbers_of(all, 0) == numbers_from(0, 100), per_element());
  BOOST_TEST(numbers_of(all, 1) == numbers_from(0, 100), per_element());
}

BOOST_AUTO_TEST_CASE(a_source_that_is_empty_is_to_be_watched) {
  fakes one{1};
  one.take();
  BOOST_TEST(one.set.wants_watch(0));
  BOOST_TEST(!one.set.wants_turn());
  BOOST_TEST((one.set.wake_at() <= loop::source_set::clock::now() + loop::wake_policy::safety_look));
}

BOOST_AUTO_TEST_CASE(a_paused_source_is_neither_watched_nor_drained_and_the_others_are) {
  fakes two{2, {.time = 1h}, 1h};
  two.emit(0, 1);
  BOOST_TEST(two.take() == 1U);
  two.emit(0, 1);
  two.emit(1, 1);
  const auto drains = two.states[0]->drains;
  BOOST_TEST(!two.set.wants_watch(0));
  BOOST_TEST(two.take() == 1U);
  BOOST_TEST(two.taken() == (counts{0, 1}), per_element());
  BOOST_TEST(two.states[0]->drains == drains);
}

BOOST_AUTO_TEST_CASE(a_window_without_records_releases_and_looks_once_more) {
  fakes one{1, {.time = 1h}, 1ns};
  one.emit(0, 1);
  one.take();
  BOOST_TEST((one.states[0]->how == bpf::ring_release::hold_last));
  const auto drains = one.states[0]->drains;
  one.take();
  BOOST_TEST(one.states[0]->releases == 1U);
  BOOST_TEST(one.states[0]->drains == drains + 2);
  BOOST_TEST(one.set.wants_watch(0));
}

BOOST_AUTO_TEST_CASE(a_corrupt_source_is_reported_once_and_the_others_go_on) {
  fakes two{2};
  two.states[0]->corrupt = true;
  two.emit(1, 3);
  BOOST_TEST(two.take() == 3U);
  BOOST_TEST(two.set.take_failure() == bpf::errc::ring_corrupt);
  BOOST_TEST(!two.set.take_failure());
  const auto drains = two.states[0]->drains;
  two.emit(1, 3);
  BOOST_TEST(two.take() == 3U);
  BOOST_TEST(two.states[0]->drains == drains);
  BOOST_TEST(!two.set.wants_watch(0));
}

BOOST_AUTO_TEST_CASE(what_came_before_the_corruption_is_taken) {
  fakes one{1};
  one.emit(0, 3);
  one.states[0]->corrupt = true;
  BOOST_TEST(one.take() == 3U);
  BOOST_TEST(one.set.take_failure() == bpf::errc::ring_corrupt);
}

BOOST_AUTO_TEST_CASE(corruption_is_reported_again_and_again_when_no_source_is_left) {
  fakes one{1};
  one.states[0]->corrupt = true;
  one.take();
  BOOST_TEST(one.set.take_failure() == bpf::errc::ring_corrupt);
  BOOST_TEST(one.set.take_failure() == bpf::errc::ring_corrupt);
}

BOOST_AUTO_TEST_CASE(a_source_that_was_taken_over_is_reported_as_such) {
  fakes two{2};
  two.states[1]->taken = true;
  two.take();
  BOOST_TEST(two.set.take_failure() == bpf::errc::ring_taken);
  BOOST_TEST(!two.set.take_failure());
  two.states[0]->corrupt = true;
  two.take();
  BOOST_TEST(two.set.take_failure() == bpf::errc::ring_corrupt);
  BOOST_TEST(two.set.take_failure());
}

BOOST_AUTO_TEST_CASE(its_ledger_is_the_sum_of_its_sources) {
  fakes two{2};
  two.emit(0, 3);
  two.take();
  two.emit(1, 4);
  BOOST_TEST(two.set.statistics(0).received == 3U);
  BOOST_TEST(two.set.statistics().seen == 7U);
  BOOST_TEST(two.set.statistics().unread == 4U);
  BOOST_TEST(two.set.statistics().balances());
  BOOST_TEST(two.set.statistics().counted);
}

BOOST_AUTO_TEST_SUITE_END()
