#include "ring_maker.hpp"

#include <aiobpf/rings/consumer_position.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace rings = aiobpf::rings;
using aiobpf::tests::ring_maker;

BOOST_AUTO_TEST_SUITE(consumer_position)

BOOST_AUTO_TEST_CASE(it_goes_on_where_the_last_reader_released) {
  ring_maker ring{4096, 64};
  rings::consumer_position position{ring.memory()};
  BOOST_TEST(position.released() == 64U);
  BOOST_TEST(position.release(80));
  BOOST_TEST(position.released() == 80U);
  BOOST_TEST(ring.memory().consumed() == 80U);
}

BOOST_AUTO_TEST_CASE(a_ring_that_another_reader_released_is_not_released_any_more) {
  ring_maker ring;
  rings::consumer_position first{ring.memory()};
  rings::consumer_position second{ring.memory()};
  BOOST_TEST(first.release(16));
  BOOST_TEST(second.is_taken());
  BOOST_TEST(!second.release(32));
  BOOST_TEST(!second.release(8));
  BOOST_TEST(second.released() == 0U);
  BOOST_TEST(ring.memory().consumed() == 16U);
  BOOST_TEST(!first.is_taken());
  BOOST_TEST(first.release(32));
}

BOOST_AUTO_TEST_CASE(releasing_nothing_tells_whether_the_ring_was_taken) {
  ring_maker ring;
  rings::consumer_position first{ring.memory()};
  rings::consumer_position second{ring.memory()};
  BOOST_TEST(first.release(0));
  first.release(16);
  BOOST_TEST(!second.release(0));
}

// What a reader and a producer on two CPUs saw of each other, step by step.
struct crossing {
  static constexpr std::size_t steps = 100'000;
  std::vector<std::uint64_t> produced = std::vector<std::uint64_t>(steps + 1);  // by step of the reader
  std::vector<std::uint64_t> consumed = std::vector<std::uint64_t>(steps + 2);  // by step of the producer

  void run() {
    ring_maker ring;
    rings::ring_memory& memory = ring.memory();
    rings::consumer_position position{memory};
    std::atomic<int> ready{0};
    const auto meet = [&ready] {
      for (++ready; ready < 2;) std::this_thread::yield();
    };
    std::thread producer{[&] {
      meet();
      for (std::size_t step = 1; step <= steps; ++step) {
        __atomic_store_n(memory.writable_producer(), step, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);  // as the kernel's xchg
        consumed[step] = memory.consumed();
      }
    }};
    meet();
    for (std::size_t step = 1; step <= steps; ++step) {
      position.release(step);
      produced[step] = memory.produced();
    }
    producer.join();
    consumed[steps + 1] = steps;
  }

  // Steps in which neither saw the other's.
  std::size_t missed() const {
    std::size_t count = 0;
    for (std::size_t step = 1; step <= steps; ++step) count += consumed[produced[step] + 1] < step ? 1U : 0U;
    return count;
  }
  // How often the two really were under way at the same time.
  std::size_t met() const {
    std::size_t count = 0;
    for (std::size_t step = 1; step <= steps; ++step) count += produced[step] != produced[step - 1] ? 1U : 0U;
    return count;
  }
};

// The kernel wakes a reader that has caught up when it commits. So of a reader that releases and then looks
// for records, and a producer that commits and then looks for the reader, one must see the other, or the
// reader sleeps beside a record (the store buffer litmus test).
BOOST_AUTO_TEST_CASE(a_reader_and_a_producer_never_miss_each_other) {
  constexpr std::size_t enough = 100'000;
  constexpr int most_runs = 300;  // on a machine that is too busy for two threads at a time
  std::size_t met = 0;
  std::size_t missed = 0;
  for (int i = 0; i < most_runs && met < enough; ++i) {
    crossing both;
    both.run();
    met += both.met();
    missed += both.missed();
  }
  BOOST_TEST_MESSAGE("met " << met << " times");
  BOOST_TEST(missed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
