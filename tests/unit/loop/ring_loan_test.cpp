// Records that are read in place: on loan in a batch, and released with it.
#include "lending_ring.hpp"

#include <aiobpf/loop/memory_ring.hpp>
#include <aiobpf/loop/wake_policy.hpp>

#include <boost/test/unit_test.hpp>

#include <thread>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

constexpr std::uint64_t half = ring_bytes / 2 / record_stride;  // records in half of the ring

BOOST_FIXTURE_TEST_SUITE(ring_loan, lending_ring)

BOOST_AUTO_TEST_CASE(few_records_are_copied_and_released_at_once) {
  emit(0, 50);
  BOOST_TEST(!drain(batch).lent);
  BOOST_TEST(room() == (ring_bytes - 1) / 56);
}

BOOST_AUTO_TEST_CASE(many_records_stay_in_the_ring_until_the_batch_is_cleared) {
  emit(0, 500);
  BOOST_TEST(drain(batch).lent);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 500), per_element());
  const auto beside_the_loan = room();
  BOOST_TEST(beside_the_loan == (ring_bytes - 1) / 56 - 500);
  batch.clear();
  BOOST_TEST(room() == 500U);
}

BOOST_AUTO_TEST_CASE(half_of_the_ring_is_lent_at_most) {
  emit(0, 1100);
  const auto first = drain(batch);
  BOOST_TEST(first.records == half);
  BOOST_TEST((first.stop == bpf::ring_stop::limit));
}

BOOST_AUTO_TEST_CASE(a_loan_ends_with_its_batch_or_the_next_use_of_it) {
  emit(0, 200);
  {
    loop::batch short_lived;
    drain(short_lived);
  }
  BOOST_TEST(source->drain({}, 0, batch, bpf::ring_release::all).lent == false);
  emit(200, 200);
  BOOST_TEST(drain(batch).lent);
  loop::batch other{std::move(batch)};
  batch = std::move(other);  // moving does not end it
  emit(400, 200);
  loop::batch second;
  BOOST_TEST(drain(second).lent);
  BOOST_TEST(numbers_in(batch) == numbers_from(200, 200), per_element());
}

BOOST_AUTO_TEST_CASE(while_a_batch_is_kept_later_records_are_copied_and_nothing_is_lost) {
  emit(0, 200);
  drain(batch);
  std::vector<std::uint64_t> later;
  for (std::uint64_t round = 0; round < 4; ++round) {
    emit(200 + round * 200, 200);
    loop::batch copied;
    BOOST_TEST(drain(copied).lent);
    for (const auto number : numbers_in(copied)) later.push_back(number);
  }
  BOOST_TEST(later == numbers_from(200, 800), per_element());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 200), per_element());
  batch.clear();  // and releases all of them
  BOOST_TEST(room() == (ring_bytes - 1) / 56);
  BOOST_TEST(source->statistics().balances());
}

BOOST_AUTO_TEST_CASE(a_copy_ends_no_loan_and_outlives_it) {
  emit(0, 300);
  drain(batch);
  loop::batch kept;
  kept.append(batch);
  batch.clear();
  BOOST_TEST(room() > 0U);
  BOOST_TEST(numbers_in(kept) == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_outlives_its_source) {
  emit(0, 300);
  drain(batch);
  source.reset();
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(a_batch_that_outlives_its_source_releases_nothing_of_the_next_reader) {
  emit(0, 300);
  BOOST_TEST(drain(batch).lent);
  source.reset();
  auto next = ring.source();
  loop::batch taken;
  next.drain({.records = 50}, 0, taken, bpf::ring_release::all);
  batch.clear();
  BOOST_TEST(room() == (ring_bytes - 1) / 56 - 250);
  next.drain({.records = 250}, 0, taken, bpf::ring_release::all);
  BOOST_TEST(numbers_in(taken) == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(a_source_whose_ring_another_reader_took_says_so_and_gives_nothing) {
  emit(0, 20);
  auto other = ring.source();
  loop::batch taken;
  other.drain({}, 0, taken, bpf::ring_release::all);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST((drain(batch).stop == bpf::ring_stop::taken));
    BOOST_TEST(batch.empty());
    emit(20, 20);
  }
}

BOOST_AUTO_TEST_CASE(a_ring_taken_while_a_batch_is_kept_gives_no_more_copies) {
  emit(0, 300);
  drain(batch);
  auto other = ring.source();
  loop::batch taken;
  other.drain({.records = 10}, 0, taken, bpf::ring_release::all);
  loop::batch copied;
  BOOST_TEST((source->drain({}, 0, copied, bpf::ring_release::all).stop == bpf::ring_stop::taken));
  BOOST_TEST(copied.empty());
}

BOOST_AUTO_TEST_CASE(records_of_several_lengths_are_copied) {
  // Their headers are read again by whoever reads the batch: they must not be where producers write.
  for (const auto number : numbers_from(0, 300)) ring.emit(numbered_record(number, 48 + number % 2 * 8));
  BOOST_TEST(!drain(batch).lent);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(discarded_records_count_against_the_limit_of_a_copy) {
  emit(0, 300);
  drain(batch);  // on loan: what follows is copied
  for (const auto number : numbers_from(300, 40)) {
    ring.discard(ring.reserve(48));
    ring.emit(numbered_record(number, 48));
  }
  loop::batch copied;
  const auto result = source->drain({.records = 10}, 0, copied, bpf::ring_release::all);
  BOOST_TEST(numbers_in(copied) == numbers_from(300, 5), per_element());
  BOOST_TEST(result.bytes == 10U * 56);
  BOOST_TEST((result.stop == bpf::ring_stop::limit));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_hold_back_waits_for_a_loan) {
  emit(0, 300);
  source->drain({}, 0, batch, bpf::ring_release::hold_last);
  source->release();
  BOOST_TEST(room() == (ring_bytes - 1) / 56 - 300);
  batch.clear();
  BOOST_TEST(room() == 300U);
}

BOOST_AUTO_TEST_CASE(a_source_whose_records_are_kept_is_looked_at_by_a_timer) {
  // Its descriptor stays readable: waiting for that would spin.
  loop::wake_policy policy;
  const auto now = loop::wake_policy::clock::now();
  BOOST_TEST(
      (policy.drained(now, {.records = 9, .bytes = 504, .lent = true}) == loop::wake_policy::action::drain));
  BOOST_TEST((policy.drained(now, {.lent = true}) == loop::wake_policy::action::pause));
  BOOST_TEST((policy.wake_at() == now + loop::wake_policy::busy_pause));
  BOOST_TEST((policy.drained(now, {}) == loop::wake_policy::action::wait));
}

BOOST_AUTO_TEST_CASE(batches_are_cleared_on_another_thread_while_the_ring_is_drained) {
  std::uint64_t emitted = 0;
  std::uint64_t received = 0;
  bool in_order = true;
  for (int round = 0; round < 200; ++round) {
    emit(emitted, 400);
    emitted += 400;
    loop::batch lent;
    drain(lent);
    std::thread other{[taken = std::move(lent), &in_order, first = received]() mutable {
      auto expected = first;
      for (const auto& record : taken) in_order = in_order && number_in(record.data) == expected++;
      taken.clear();
    }};
    received = emitted;
    loop::batch beside;
    drain(beside);
    other.join();
  }
  BOOST_TEST(in_order);
  BOOST_TEST(source->statistics().received == emitted);
  BOOST_TEST(source->statistics().balances());
}

BOOST_AUTO_TEST_SUITE_END()
