#include "check_source.hpp"

#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
namespace tests = aiobpf::tests;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

struct fixture {
  sources::memory_ring ring{4096};
  sources::memory_source source = ring.source();
  records::batch batch;

  loop::drain_result drain() { return tests::drain(source, batch); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_ring, fixture)

BOOST_AUTO_TEST_CASE(a_record_that_finds_no_room_is_counted_as_ring_full) {
  std::size_t emitted = 0;
  while (ring.emit(numbered_record(emitted, 48))) ++emitted;
  BOOST_TEST(emitted == 4096U / 56);
  const auto now = account(source);
  BOOST_TEST(now.lost[records::cause::ring_full] == 1U);
  BOOST_TEST(now.submitted == emitted);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(it_is_never_filled_to_the_last_byte_as_the_kernel_never_does) {
  BOOST_TEST(ring.emit(numbered_record(0, 2048 - 8)));
  BOOST_TEST(!ring.emit(numbered_record(1, 2048 - 8)));
  BOOST_TEST(ring.emit(numbered_record(2, 2048 - 16)));
}

BOOST_AUTO_TEST_CASE(a_record_that_never_fits_is_counted_as_oversize) {
  BOOST_TEST(!ring.emit(numbered_record(0, 4096 - 8)));
  BOOST_TEST(!ring.emit(numbered_record(0, 1 << 20)));
  BOOST_TEST(ring.emit(numbered_record(0, 4096 - 16)));
  const auto now = account(source);
  BOOST_TEST(now.lost[records::cause::oversize] == 2U);
  BOOST_TEST(now.lost[records::cause::ring_full] == 0U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(a_record_has_30_bits_for_its_length_however_large_the_ring) {
  const sources::memory_ring large{std::size_t{1} << 32};
  auto reading = large.source();
  BOOST_TEST(large.reserve(std::size_t{1} << 30) == nullptr);
  BOOST_TEST(large.reserve((std::size_t{1} << 32) + 8) == nullptr);
  std::byte* longest = large.reserve((std::size_t{1} << 30) - 1);
  BOOST_REQUIRE(longest != nullptr);
  large.discard(longest);
  large.emit(numbered_record(5));
  tests::drain(reading, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(5, 1), per_element());
  const auto now = account(reading);
  BOOST_TEST(now.lost[records::cause::oversize] == 2U);
  BOOST_TEST(now.balances());
}

// A producer that emits while the reader quiets its descriptor must make it readable again.
BOOST_AUTO_TEST_CASE(a_record_that_comes_during_a_drain_makes_the_source_readable) {
  constexpr std::uint64_t records = 300'000;
  std::thread producer{[&] {
    for (std::uint64_t sent = 0; sent < records;) {
      if (ring.emit(numbered_record(sent))) {
        ++sent;
      } else {
        std::this_thread::yield();
      }
    }
  }};
  std::uint64_t received = 0;
  bool in_time = true;
  bool wait = true;
  while (received < records && in_time) {
    ::pollfd watched{.fd = source.native_handle(), .events = POLLIN, .revents = 0};
    if (wait) in_time = ::poll(&watched, 1, 10'000) == 1;
    batch.clear();
    const auto result = drain();
    received += result.records;
    wait = result.stop == loop::drain_stop::empty && !result.lent;
  }
  BOOST_TEST(in_time);
  while (received < records) {  // what a lost wakeup left
    batch.clear();
    received += drain().records;
  }
  producer.join();
}

BOOST_AUTO_TEST_CASE(discarded_records_are_counted_and_never_seen) {
  ring.emit(numbered_record(0));
  ring.discard(ring.reserve(48));
  ring.emit(numbered_record(1));
  drain();
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 2), per_element());
  BOOST_TEST(source.statistics().discarded == 1U);
  BOOST_TEST(account(source).balances());
}

BOOST_AUTO_TEST_CASE(a_reserved_record_holds_back_those_behind_it) {
  std::byte* held = ring.reserve(8);
  ring.emit(numbered_record(1));
  BOOST_TEST(drain().stop == loop::drain_stop::busy);
  BOOST_TEST(batch.empty());
  std::memcpy(held, numbered_record(0).data(), 8);
  ring.submit(held);
  drain();
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 2), per_element());
}

BOOST_AUTO_TEST_CASE(records_wrap_around_its_end_in_one_piece) {
  for (std::uint64_t number = 0; number < 1000; ++number) {
    BOOST_TEST(ring.emit(numbered_record(number, 8 + number % 900)));
    drain();
    BOOST_TEST(numbers_in(batch) == numbers_from(number, 1), per_element());
    batch.clear();
  }
}

BOOST_AUTO_TEST_CASE(an_empty_record_is_a_record) {
  BOOST_TEST(ring.emit({}));
  BOOST_TEST(drain().records == 1U);
}

BOOST_AUTO_TEST_CASE(the_ring_lives_as_long_as_its_source) {
  auto orphan = [] {
    const sources::memory_ring short_lived{4096};
    short_lived.emit(numbered_record(5));
    return short_lived.source();
  }();
  tests::drain(orphan, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(5, 1), per_element());
}

BOOST_AUTO_TEST_CASE(the_last_record_of_a_drain_that_holds_it_back_keeps_its_place_until_it_is_released) {
  ring.emit(numbered_record(0, 1000));
  ring.emit(numbered_record(1, 2000));
  tests::drain(source, batch, {.wakeups = false});
  BOOST_TEST(!ring.emit(numbered_record(2, 3000)));
  BOOST_TEST(ring.emit(numbered_record(2, 1000)));  // in the place of the first one
  source.release();
  BOOST_TEST(ring.emit(numbered_record(3, 2500)));
}

BOOST_AUTO_TEST_CASE(a_drain_never_takes_more_bytes_than_its_limit_if_it_has_one_record) {
  const sources::memory_ring large{1 << 20};
  auto reading = large.source();
  // Many small ones, then one that is larger than what is left.
  for (std::uint64_t number = 0; number < 700; ++number) large.emit(numbered_record(number, 48));
  large.emit(numbered_record(700, 100'000));
  constexpr std::size_t limit = 700 * 56 + 1000;
  const auto first = tests::drain(reading, batch, {.bytes = limit});
  BOOST_TEST(first.bytes == 700U * 56);
  BOOST_TEST(first.stop == loop::drain_stop::limit);
  BOOST_TEST(tests::drain(reading, batch, {.bytes = limit}).records == 1U);
}

BOOST_AUTO_TEST_CASE(several_producers_lose_no_record_that_is_not_counted) {
  constexpr std::uint64_t each = 50'000;
  constexpr std::uint64_t producers = 3;
  std::atomic<std::uint64_t> working{producers};
  std::vector<std::thread> threads;
  for (std::uint64_t id = 0; id < producers; ++id) {
    threads.emplace_back([&, id] {
      for (std::uint64_t number = 0; number < each; ++number) {
        if (number % 16 == 0) {
          if (auto* record = ring.reserve(24)) ring.discard(record);
        } else {
          ring.emit(numbered_record(id << 32 | number, 8 + number % 64));
        }
      }
      --working;
    });
  }

  std::uint64_t received = 0;
  std::vector<std::uint64_t> next(producers, 0);
  bool in_order = true;
  for (bool last = false; !last;) {
    last = working == 0;  // looked at before the drain, so that the last drain follows the last record
    batch.clear();
    last = drain().stop != loop::drain_stop::limit && last;  // a drain lends half of the ring at most
    for (const auto& record : batch) {
      const std::uint64_t number = number_in(record.data) & 0xffffffff;
      auto& expected = next[number_in(record.data) >> 32];
      in_order = in_order && number >= expected;
      expected = number + 1;
      ++received;
    }
  }
  for (auto& thread : threads) thread.join();

  const auto now = account(source);
  BOOST_TEST(in_order);
  BOOST_TEST(now.seen == each * producers);
  BOOST_TEST(now.received == received);
  BOOST_TEST(now.unread == 0U);
  BOOST_TEST(now.discarded > 0U);
  BOOST_TEST(now.balances());
}

// A producer that has decided to signal and has not signalled yet: the signal that comes late must not stand
// for ever, which would make a waiting loop spin.
BOOST_AUTO_TEST_CASE(a_drained_ring_is_quiet_even_when_reader_and_producer_meet) {
  constexpr std::uint64_t rounds = 5'000;
  std::atomic<std::uint64_t> allowed{0};
  std::atomic<std::uint64_t> emitted{0};
  std::thread producer{[&] {
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      while (allowed < round) {
      }
      ring.emit(numbered_record(round));
      emitted = round;
    }
  }};
  std::uint64_t received = 0;
  std::uint64_t not_quiet = 0;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    batch.clear();
    allowed = round;
    while (received < round || emitted < round) received += drain().records;
    drain();
    if (is_readable(source.native_handle())) ++not_quiet;
  }
  producer.join();
  BOOST_TEST(not_quiet == 0U);
  ring.emit(numbered_record(0));
  BOOST_TEST(is_readable(source.native_handle()));
}

BOOST_AUTO_TEST_SUITE_END()
