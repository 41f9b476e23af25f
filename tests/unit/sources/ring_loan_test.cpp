// Records that are read in place: on loan in a batch, and released with it.
#include "lending_ring.hpp"

#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <thread>

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace tests = aiobpf::tests;
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
  BOOST_TEST((first.stop == loop::drain_stop::limit));
}

BOOST_AUTO_TEST_CASE(a_loan_ends_with_its_batch_or_the_next_use_of_it) {
  emit(0, 200);
  {
    records::batch short_lived;
    drain(short_lived);
  }
  BOOST_TEST(tests::drain(*source, batch).lent == false);
  emit(200, 200);
  BOOST_TEST(drain(batch).lent);
  records::batch other{std::move(batch)};
  batch = std::move(other);  // moving does not end it
  emit(400, 200);
  records::batch second;
  BOOST_TEST(drain(second).lent);
  BOOST_TEST(numbers_in(batch) == numbers_from(200, 200), per_element());
}

BOOST_AUTO_TEST_CASE(while_a_batch_is_kept_later_records_are_copied_and_nothing_is_lost) {
  emit(0, 200);
  drain(batch);
  std::vector<std::uint64_t> later;
  for (std::uint64_t round = 0; round < 4; ++round) {
    emit(200 + round * 200, 200);
    records::batch copied;
    BOOST_TEST(drain(copied).lent);
    for (const auto number : numbers_in(copied)) later.push_back(number);
  }
  BOOST_TEST(later == numbers_from(200, 800), per_element());
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 200), per_element());
  batch.clear();  // and releases all of them
  BOOST_TEST(room() == (ring_bytes - 1) / 56);
  BOOST_TEST(account(*source).balances());
}

BOOST_AUTO_TEST_CASE(a_copy_ends_no_loan_and_outlives_it) {
  emit(0, 300);
  drain(batch);
  records::batch kept;
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
  records::batch taken;
  tests::drain(next, taken, {.records = 50});
  batch.clear();
  BOOST_TEST(room() == (ring_bytes - 1) / 56 - 250);
  tests::drain(next, taken, {.records = 250});
  BOOST_TEST(numbers_in(taken) == numbers_from(0, 300), per_element());
}

BOOST_AUTO_TEST_CASE(a_source_whose_ring_another_reader_took_says_so_and_gives_nothing) {
  emit(0, 20);
  auto other = ring.source();
  records::batch taken;
  tests::drain(other, taken);
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST((drain(batch).stop == loop::drain_stop::failed));
    BOOST_TEST(batch.empty());
    emit(20, 20);
  }
}

BOOST_AUTO_TEST_CASE(a_ring_taken_while_a_batch_is_kept_gives_no_more_copies) {
  emit(0, 300);
  drain(batch);
  auto other = ring.source();
  records::batch taken;
  tests::drain(other, taken, {.records = 10});
  records::batch copied;
  BOOST_TEST((tests::drain(*source, copied).stop == loop::drain_stop::failed));
  BOOST_TEST(copied.empty());
}

BOOST_AUTO_TEST_CASE(records_of_several_lengths_are_lent_and_their_lengths_are_the_batch_s_own) {
  for (const auto number : numbers_from(0, 300)) {
    ring.emit(numbered_record(number, 48 + number % 2 * 8));
    if (number % 5 == 0) ring.discard(ring.reserve(16));
  }
  BOOST_TEST(drain(batch).lent);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 300), per_element());
  // Another reader takes the ring, and producers write over what is on loan.
  auto other = ring.source();
  records::batch taken;
  tests::drain(other, taken);
  taken.clear();
  while (ring.emit(numbered_record(0, 200))) {
  }
  std::uint64_t number = 0;
  for (const auto& record : batch) BOOST_TEST(record.data.size() == 48 + number++ % 2 * 8);
  BOOST_TEST(number == 300U);
}

BOOST_AUTO_TEST_CASE(discarded_records_count_against_the_limit_of_a_copy) {
  emit(0, 300);
  drain(batch);  // on loan: what follows is copied
  for (const auto number : numbers_from(300, 40)) {
    ring.discard(ring.reserve(48));
    ring.emit(numbered_record(number, 48));
  }
  records::batch copied;
  const auto result = tests::drain(*source, copied, {.records = 10});
  BOOST_TEST(numbers_in(copied) == numbers_from(300, 5), per_element());
  BOOST_TEST(result.bytes == 10U * 56);
  BOOST_TEST((result.stop == loop::drain_stop::limit));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_hold_back_waits_for_a_loan) {
  emit(0, 300);
  tests::drain(*source, batch, {.wakeups = false});
  source->release();
  BOOST_TEST(room() == (ring_bytes - 1) / 56 - 300);
  batch.clear();
  BOOST_TEST(room() == 300U);
}

BOOST_AUTO_TEST_CASE(batches_are_cleared_on_another_thread_while_the_ring_is_drained) {
  std::uint64_t emitted = 0;
  std::uint64_t received = 0;
  bool in_order = true;
  for (int round = 0; round < 200; ++round) {
    emit(emitted, 400);
    emitted += 400;
    records::batch lent;
    drain(lent);
    std::thread other{[taken = std::move(lent), &in_order, first = received]() mutable {
      auto expected = first;
      for (const auto& record : taken) in_order = in_order && number_in(record.data) == expected++;
      taken.clear();
    }};
    received = emitted;
    records::batch beside;
    drain(beside);
    other.join();
  }
  BOOST_TEST(in_order);
  BOOST_TEST(source->statistics().received == emitted);
  BOOST_TEST(account(*source).balances());
}

BOOST_AUTO_TEST_SUITE_END()
