#include "check_source.hpp"
#include "fake_perf_source.hpp"
#include "fake_source.hpp"

#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(source)

BOOST_AUTO_TEST_CASE(the_fake_keeps_the_promises_of_a_source) {
  check_source([] {
    const auto state = std::make_shared<fake>();
    return source_under_test{std::make_unique<fake_source>(state),
                             [state](std::uint64_t first, std::uint32_t count) {
                               for (const auto number : numbers_from(first, count)) state->emit(number);
                             }};
  });
}

BOOST_AUTO_TEST_CASE(fakes_that_end_fail_or_wait_to_be_acknowledged_keep_the_promises_of_a_source) {
  const auto make = [](auto finish, loop::drain_stop finished) {
    const auto state = std::make_shared<fake>();
    return source_under_test{.source = std::make_unique<fake_source>(state),
                             .emit =
                                 [state](std::uint64_t first, std::uint32_t count) {
                                   for (const auto number : numbers_from(first, count)) state->emit(number);
                                 },
                             .finish = [state, finish] { finish(*state); },
                             .finished = finished,
                             .released = [state] { return state->acknowledged; }};
  };
  check_source([&] { return make([](fake& state) { state.ended = true; }, loop::drain_stop::ended); });
  check_source([&] {
    return make([](fake& state) { state.failure = bpf::errc::ring_corrupt; }, loop::drain_stop::failed);
  });
}

BOOST_AUTO_TEST_CASE(a_fake_perf_buffer_keeps_the_promises_of_a_source) {
  check_source([] {
    const auto state = std::make_shared<fake_perf>(2);
    return source_under_test{std::make_unique<fake_perf_source>(state),
                             [state](std::uint64_t first, std::uint32_t count) {
                               for (const auto number : numbers_from(first, count)) state->emit(0, number);
                             },
                             64};
  });
}

BOOST_AUTO_TEST_CASE(a_memory_ring_keeps_the_promises_of_a_source) {
  check_source([] {
    const sources::memory_ring ring{4096};
    return source_under_test{std::make_unique<sources::memory_source>(ring.source()),
                             [ring](std::uint64_t first, std::uint32_t count) {
                               for (const auto number : numbers_from(first, count)) {
                                 BOOST_TEST(ring.emit(numbered_record(number, 48)));
                               }
                             }};
  });
}

BOOST_AUTO_TEST_CASE(losses_between_records_are_counted_and_hide_none) {
  const auto state = std::make_shared<fake_perf>(2);
  fake_perf_source source{state};
  state->emit(1, 0);
  state->lose(1, 5);
  state->emit(1, 1);
  records::batch batch;
  drain(source.get_channel(1), batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 2), per_element());
  BOOST_TEST(batch[1].cpu == 1);
  BOOST_TEST(state->told_lost == 5U);
  const auto now = compose(source.statistics(), {});
  BOOST_TEST(now.lost[records::cause::ring_full] == 5U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(a_source_that_ends_and_one_that_fails_say_so_behind_their_records) {
  const auto state = std::make_shared<fake>();
  fake_source source{state};
  state->emit(0);
  state->ended = true;
  records::batch batch;
  auto result = drain(source, batch);
  BOOST_TEST(result.records == 1U);
  BOOST_TEST(result.stop == loop::drain_stop::ended);
  state->failure = bpf::errc::ring_corrupt;
  result = drain(source, batch);
  BOOST_TEST(result.stop == loop::drain_stop::failed);
  BOOST_TEST(result.error == bpf::errc::ring_corrupt);
}

// A visitor of a ring sees records where they are, also those of several lengths and around discarded ones.
BOOST_AUTO_TEST_CASE(a_visitor_that_throws_has_consumed_the_record_that_it_was_called_with) {
  const sources::memory_ring ring{64 * 1024};
  auto source = ring.source();
  for (std::uint64_t number = 0; number < 300; ++number) {
    ring.emit(numbered_record(number, 8 + number % 40));
    if (number % 7 == 0) ring.discard(ring.reserve(16));
  }
  std::vector<std::uint64_t> seen;
  calling_visitor visitor{[&](const records::record& record) {
    seen.push_back(number_in(record.data));
    BOOST_TEST(record.data.size() == 8 + seen.back() % 40);
    if (seen.back() % 50 == 49) throw std::runtime_error{"enough"};
  }};
  int thrown = 0;
  for (;;) {
    try {
      if (source.visit({}, 0, visitor).stop == loop::drain_stop::empty) break;
    } catch (const std::runtime_error&) {
      ++thrown;
      BOOST_TEST(source.verify().received == seen.size());
      BOOST_TEST(compose(source.verify(), {}).balances());
    }
  }
  BOOST_TEST(thrown == 6);
  BOOST_TEST(seen == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(a_visit_goes_on_while_a_batch_has_records_on_loan) {
  const sources::memory_ring ring{64 * 1024};
  auto source = ring.source();
  records::batch batch;
  for (const auto number : numbers_from(0, 500)) ring.emit(numbered_record(number, 48));
  BOOST_TEST(drain(source, batch, {.records = 200}).lent);
  std::vector<std::uint64_t> seen;
  calling_visitor visitor{[&](const records::record& record) { seen.push_back(number_in(record.data)); }};
  BOOST_TEST(source.visit({}, 0, visitor).records == 300U);
  BOOST_TEST(seen == numbers_from(200, 300), per_element());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 200), per_element());
  batch.clear();
  BOOST_TEST(compose(source.verify(), {}).balances());
}

BOOST_AUTO_TEST_SUITE_END()
