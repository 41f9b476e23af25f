#include "fake_perf_source.hpp"
#include "fake_source.hpp"
#include "loop_printing.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/source_set.hpp>

#include <boost/test/unit_test.hpp>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::test_tools::per_element;
using loop::next_step;

namespace {

const auto start = loop::source_set::clock::now();

// A set of fakes; a turn has no end in time, unless the test gives it one. Nobody watches descriptors: the
// test says what turned readable.
struct fakes {
  explicit fakes(std::size_t count, loop::budget turn = {.time = 1h}, std::chrono::nanoseconds latency = {})
      : set(latency, turn) {
    for (std::size_t id = 0; id < count; ++id) {
      states.push_back(std::make_shared<fake>());
      set.add(std::make_unique<fake_source>(states.back()));
    }
  }
  // Takes the first look at all: from then on they wait.
  fakes& settled() {
    take();
    return *this;
  }
  void emit(std::size_t id, std::size_t count, std::size_t size = 48) {
    for (const auto number : numbers_from(states[id]->records.size(), count)) states[id]->emit(number, size);
    set.readable(static_cast<std::uint32_t>(id));
  }
  std::size_t take(std::size_t most = 1024, std::chrono::nanoseconds later = {}) {
    batch.clear();
    did = set.turn(batch, most, start + later);
    return did.records;
  }
  std::vector<std::size_t> taken() const {
    std::vector<std::size_t> by_source;
    for (std::size_t id = 0; id < states.size(); ++id) by_source.push_back(numbers_of(batch, id).size());
    return by_source;
  }
  records::ledger ledger() const { return compose(set.count(&loop::source::verify), {}); }

  std::vector<std::shared_ptr<fake>> states;
  loop::source_set set;
  records::batch batch;
  loop::turn_result did;
};

using counts = std::vector<std::size_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(source_set)

BOOST_AUTO_TEST_CASE(an_empty_set_has_nothing_to_read) {
  fakes none{0};
  BOOST_TEST(none.take() == 0U);
  BOOST_TEST(none.did.error == bpf::errc::not_found);
  BOOST_TEST(none.did.next == next_step::done);
  BOOST_TEST(!none.ledger().counted);
}

BOOST_AUTO_TEST_CASE(a_turn_ends_at_its_number_of_records) {
  fakes one{1, {.records = 10, .time = 1h}};
  one.emit(0, 25);
  BOOST_TEST(one.take() == 10U);
  BOOST_TEST(one.did.next == next_step::again);
  BOOST_TEST(one.take() == 10U);
  BOOST_TEST(one.take() == 5U);
  BOOST_TEST(one.did.next == next_step::wait);
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

BOOST_AUTO_TEST_CASE(sources_are_drained_in_the_order_in_which_they_turned_readable) {
  fakes three{3};
  three.settled();
  for (const std::size_t id : {2U, 0U, 1U}) three.emit(id, 1);
  three.take();
  counts order;
  for (const auto& record : three.batch) order.push_back(record.source);
  BOOST_TEST(order == (counts{2, 0, 1}), per_element());
}

BOOST_AUTO_TEST_CASE(an_order_is_kept_over_passes_and_turns) {
  fakes two{2, {.records = 7, .time = 1h}};
  two.emit(0, 100);
  two.emit(1, 100);
  records::batch all;
  while (two.set.turn(all, 1024).records > 0) {
  }
  BOOST_TEST(numbers_of(all, 0) == numbers_from(0, 100), per_element());
  BOOST_TEST(numbers_of(all, 1) == numbers_from(0, 100), per_element());
}

BOOST_AUTO_TEST_CASE(a_turn_looks_only_at_what_turned_readable) {
  fakes many{100};
  many.settled();
  for (auto& state : many.states) state->drains = 0;
  many.emit(42, 3);
  BOOST_TEST(many.take() == 3U);
  BOOST_TEST(many.take() == 0U);
  for (std::size_t id = 0; id < 100; ++id) BOOST_TEST(many.states[id]->drains == (id == 42 ? 1U : 0U));
}

BOOST_AUTO_TEST_CASE(what_was_not_told_of_is_found_by_the_safety_look) {
  fakes two{2};
  two.settled();
  BOOST_TEST((two.did.wake_at == start + loop::source_set::safety_look));
  two.states[1]->emit_silently(0);
  BOOST_TEST(two.take(1024, 99ms) == 0U);
  BOOST_TEST(two.take(1024, 100ms) == 1U);
  BOOST_TEST((two.set.wake_at() >= start + 200ms));
}

BOOST_AUTO_TEST_CASE(with_latency_a_channel_is_drained_when_its_window_is_over) {
  fakes two{2, {.time = 1h}, 1ms};
  two.settled();
  for (int i = 0; i < 3; ++i) {
    two.emit(0, 1);
    BOOST_TEST(two.take() == 1U);  // the third is held back
  }
  BOOST_TEST(!two.states[0]->wakeups);
  BOOST_TEST((two.did.wake_at == start + 1ms));
  two.states[0]->emit_silently(3);
  two.emit(1, 1);
  BOOST_TEST(two.take(1024, 500us) == 1U);
  BOOST_TEST(two.taken() == (counts{0, 1}), per_element());
  BOOST_TEST(two.take(1024, 1ms) == 1U);
  BOOST_TEST(two.taken() == (counts{1, 0}), per_element());
  const auto drains = two.states[0]->drains;
  BOOST_TEST(two.take(1024, 2ms) == 0U);  // nothing in this window
  BOOST_TEST(two.states[0]->releases == 1U);
  BOOST_TEST(two.states[0]->drains == drains + 2);
}

BOOST_AUTO_TEST_CASE(a_wakeup_that_a_program_forces_ends_a_window) {
  fakes one{1, {.time = 1h}, 1h};
  one.settled();
  for (int i = 0; i < 4; ++i) one.emit(0, 1), one.take();
  BOOST_TEST(one.did.next == next_step::wait);
  one.emit(0, 5);
  BOOST_TEST(one.take() == 5U);
}

BOOST_AUTO_TEST_CASE(a_channel_that_lends_is_drained_once_a_turn) {
  fakes one{1, {.records = 100, .time = 1h}};
  one.states[0]->lends = true;
  one.emit(0, 10);
  BOOST_TEST(one.take() == 10U);
  BOOST_TEST(one.states[0]->drains == 1U);
  BOOST_TEST(one.did.next == next_step::again);
  one.states[0]->lends = false;
  BOOST_TEST(one.take() == 0U);
  BOOST_TEST(one.did.next == next_step::wait);
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_is_told_once_and_the_others_go_on) {
  fakes two{2};
  two.states[0]->failure = bpf::errc::ring_corrupt;
  two.emit(1, 3);
  BOOST_TEST(two.take() == 3U);
  BOOST_TEST(!two.did.error);
  BOOST_TEST(two.did.next == next_step::again);
  BOOST_TEST(two.take() == 0U);
  BOOST_TEST(two.did.error == bpf::errc::ring_corrupt);
  BOOST_TEST((two.did.failed == 0U));
  BOOST_TEST(two.set.get_watched(0, 0)->is_over);
  const auto drains = two.states[0]->drains;
  two.emit(1, 3);
  two.set.readable(0);
  BOOST_TEST(two.take() == 3U);
  BOOST_TEST(two.states[0]->drains == drains);
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_although_another_source_always_has_records) {
  fakes two{2};
  two.states[0]->failure = bpf::errc::ring_taken;
  int told = 0;
  for (int turn = 0; turn < 5; ++turn) {
    two.emit(1, 1);
    two.take();
    if (two.did.error == bpf::errc::ring_taken) ++told;
  }
  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_again_and_again_when_no_source_is_left) {
  fakes one{1};
  one.emit(0, 3);
  one.states[0]->failure = bpf::errc::ring_corrupt;
  BOOST_TEST(one.take() == 3U);
  for (int turn = 0; turn < 3; ++turn) {
    one.take();
    BOOST_TEST(one.did.error == bpf::errc::ring_corrupt);
    BOOST_TEST(one.did.next == next_step::done);
  }
}

BOOST_AUTO_TEST_CASE(when_all_sources_have_ended_it_is_done) {
  fakes two{2};
  two.emit(0, 2);
  two.states[0]->ended = two.states[1]->ended = true;
  BOOST_TEST(two.take() == 2U);
  BOOST_TEST(two.take() == 0U);
  BOOST_TEST(two.did.error == bpf::errc::ended);
  BOOST_TEST(two.did.next == next_step::done);
}

BOOST_AUTO_TEST_CASE(while_one_source_goes_on_the_end_of_another_is_no_error) {
  fakes two{2};
  two.states[0]->ended = true;
  two.take();
  BOOST_TEST(!two.did.error);
  BOOST_TEST(two.did.next == next_step::wait);
  two.emit(1, 1);
  BOOST_TEST(two.take() == 1U);
}

BOOST_AUTO_TEST_CASE(edge_channels_are_armed_and_looked_at_before_anybody_waits) {
  const auto state = std::make_shared<fake_perf>(2);
  loop::source_set set{{}, {.time = 1h}};
  set.add(std::make_unique<fake_perf_source>(state));
  records::batch batch;
  BOOST_TEST(set.turn(batch, 100).next == next_step::arm_then_again);
  state->emit(1, 0);  // nobody was told
  set.armed();
  BOOST_TEST(set.turn(batch, 100).records == 1U);
  BOOST_TEST(set.next() == next_step::wait);
  set.armed();
  BOOST_TEST(set.turn(batch, 100).next == next_step::wait);
}

BOOST_AUTO_TEST_CASE(after_a_wake_all_edge_channels_are_looked_at) {
  const auto state = std::make_shared<fake_perf>(3);
  loop::source_set set{{}, {.time = 1h}};
  set.add(std::make_unique<fake_perf_source>(state));
  records::batch batch;
  set.turn(batch, 100);
  set.armed();
  set.turn(batch, 100);
  state->emit(0, 0);
  state->emit(2, 1);
  BOOST_TEST(set.turn(batch, 100).records == 0U);
  set.woken();
  BOOST_TEST(set.turn(batch, 100).records == 2U);
  BOOST_TEST(batch[1].cpu == 2);
  BOOST_TEST(set.next() == next_step::arm_then_again);
}

BOOST_AUTO_TEST_CASE(numbers_are_stable_and_never_used_again) {
  fakes three{3};
  BOOST_TEST(three.set.remove(1));
  BOOST_TEST(!three.set.remove(1));
  BOOST_TEST(three.set.add(std::make_unique<fake_source>(std::make_shared<fake>())) == 3U);
  BOOST_TEST(three.set.size() == 3U);
  three.states[2]->emit(0);
  three.batch.clear();
  three.take();
  BOOST_TEST(three.taken() == (counts{0, 0, 1}), per_element());
}

BOOST_AUTO_TEST_CASE(a_channel_may_be_removed_wherever_it_is) {
  fakes four{4, {.records = 4, .time = 1h}, 1ms};
  four.settled();
  for (int i = 0; i < 3; ++i) four.emit(0, 1), four.take();  // paused
  four.emit(1, 100);
  four.emit(2, 100);
  four.take();  // both have more
  for (const std::uint32_t id : {0U, 1U, 3U}) BOOST_TEST(four.set.remove(id));
  for (std::size_t left = 98; left > 0;) left -= four.take();
  BOOST_TEST(four.set.next() == next_step::wait);
  BOOST_TEST(four.states[0]->releases == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_removed_source_counted_stays_in_the_total) {
  fakes two{2};
  two.emit(0, 3);
  two.emit(1, 4);
  two.take();
  two.states[0]->emit(3);  // is left in its ring
  two.set.remove(0);
  BOOST_TEST(two.ledger().seen == 8U);
  BOOST_TEST(two.ledger().unread == 1U);
  BOOST_TEST(two.ledger().balances());
  BOOST_CHECK_EXCEPTION(two.set.count(0, &loop::source::statistics), bpf::error,
                        [](const auto& thrown) { return thrown.code() == bpf::errc::not_found; });
}

BOOST_AUTO_TEST_CASE(its_ledger_is_the_sum_of_its_sources) {
  fakes two{2};
  two.emit(0, 3);
  two.take();
  two.emit(1, 4);
  BOOST_TEST(two.set.count(0, &loop::source::statistics).received == 3U);
  BOOST_TEST(two.ledger().seen == 7U);
  BOOST_TEST(two.ledger().unread == 4U);
  BOOST_TEST(two.ledger().balances());
  BOOST_TEST(two.ledger().counted);
}

BOOST_AUTO_TEST_CASE(a_source_is_called_what_the_user_says_or_what_it_says) {
  loop::source_set set{{}, {}};
  const auto state = std::make_shared<fake>();
  BOOST_TEST(set.name(set.add(std::make_unique<fake_source>(state))) == "fake");
  BOOST_TEST(set.name(set.add(std::make_unique<fake_source>(state), {.name = "mine"})) == "mine");
}

BOOST_AUTO_TEST_CASE(each_source_may_have_a_latency_of_its_own) {
  loop::source_set set{{}, {.time = 1h}};
  const auto state = std::make_shared<fake>();
  set.add(std::make_unique<fake_source>(state), {.latency = 1h});
  records::batch batch;
  for (std::uint64_t number = 0; number < 3; ++number) {
    state->emit(number);
    set.readable(0);
    set.turn(batch, 10, start);
  }
  BOOST_TEST(!state->wakeups);
}

BOOST_AUTO_TEST_CASE(one_that_polls_is_looked_at_without_being_told_until_it_was_idle_for_long) {
  const auto state = std::make_shared<fake>();
  loop::source_set set{{}, {}, loop::polling{.idle = 1ms}};
  set.add(std::make_unique<fake_source>(state));
  records::batch batch;
  const auto take = [&](std::chrono::nanoseconds later) { return set.turn(batch, 1024, start + later); };
  BOOST_TEST(take(0us).next == next_step::wait);
  state->emit(0);
  set.readable(0);
  auto did = take(0us);
  BOOST_TEST(did.records == 1U);
  BOOST_TEST(did.next == next_step::again);
  did = take(500us);
  BOOST_TEST(did.records == 0U);
  BOOST_TEST(did.next == next_step::again);
  BOOST_TEST(!state->wakeups);
  state->emit_silently(1);
  BOOST_TEST(take(900us).records == 1U);
  BOOST_TEST(take(1800us).next == next_step::again);
  BOOST_TEST(state->releases == 0U);
  BOOST_TEST(take(1900us).next == next_step::wait);
  BOOST_TEST(state->releases == 1U);
  BOOST_TEST(state->wakeups);
}

BOOST_AUTO_TEST_CASE(a_turn_that_polls_ends_after_its_slice_also_before_a_busy_head) {
  const auto state = std::make_shared<fake>();
  loop::source_set set{{}, {}, loop::polling{.idle = 1h}};
  set.add(std::make_unique<fake_source>(state));
  records::batch batch;
  state->emit(0);
  set.turn(batch, 1024);
  state->busy = true;
  const auto began = loop::source_set::clock::now();
  BOOST_TEST(set.turn(batch, 1024).next == next_step::again);
  BOOST_TEST((loop::source_set::clock::now() - began < 1s));
}

BOOST_AUTO_TEST_CASE(a_source_may_poll_by_itself) {
  const auto polled = std::make_shared<fake>();
  const auto waited = std::make_shared<fake>();
  loop::source_set set{{}, {}};
  set.add(std::make_unique<fake_source>(polled), {.poll = loop::polling{.idle = 1h}});
  set.add(std::make_unique<fake_source>(waited));
  records::batch batch;
  polled->emit(0);
  waited->emit(0);
  BOOST_TEST(set.turn(batch, 1024).records == 2U);
  const std::size_t drains = waited->drains;
  for (int i = 0; i < 5; ++i) BOOST_TEST(set.turn(batch, 1024).next == next_step::again);
  BOOST_TEST(polled->drains >= 6U);
  BOOST_TEST(waited->drains == drains);
}

BOOST_AUTO_TEST_CASE(acknowledgements_reach_their_source) {
  fakes two{2};
  BOOST_TEST(two.set.acknowledge(1, 4711));
  BOOST_TEST(two.states[1]->acknowledged == 4711U);
  BOOST_TEST(two.states[0]->acknowledged == 0U);
  BOOST_TEST(!two.set.acknowledge(2, 1));
}

BOOST_AUTO_TEST_CASE(a_visit_is_a_turn_without_a_batch) {
  fakes two{2, {.records = 6, .time = 1h}};
  two.emit(0, 10);
  two.emit(1, 2);
  std::size_t seen = 0;
  struct counting final : loop::segment_visitor {
    explicit counting(std::size_t& total) : total_(total) {}
    void operator()(const records::segment& segment) override { total_ += visited = segment.count; }
    std::size_t& total_;
  } visitor{seen};
  BOOST_TEST(two.set.visit(visitor, 100).records == 6U);
  BOOST_TEST(seen == 6U);
  while (two.set.visit(visitor, 100).records > 0) {
  }
  BOOST_TEST(seen == 12U);
}

BOOST_AUTO_TEST_CASE(after_a_visitor_that_threw_nothing_is_forgotten) {
  fakes two{2, {.time = 1h}};
  two.emit(0, 5);
  two.emit(1, 5);
  struct throwing final : loop::segment_visitor {
    void operator()(const records::segment&) override { throw std::runtime_error{"no"}; }
  } visitor;
  BOOST_CHECK_THROW(two.set.visit(visitor, 100), std::runtime_error);
  BOOST_TEST(two.set.next() == next_step::again);
  BOOST_TEST(two.take() == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
