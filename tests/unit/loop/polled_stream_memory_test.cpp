// Every allocation of a polled_stream fails once, one after the other: nothing crashes, hangs, or is lost.
#include "failing_new.hpp"
#include "numbers.hpp"
#include "polled_streams.hpp"

#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <atomic>
#include <new>
#include <optional>
#include <vector>

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;

namespace {

constexpr std::uint64_t rounds = 12;
constexpr int patience_ms = 10'000;

// With a shortage until the first one is told of it.
template <class Function>
bool had_memory(Function&& function) {
  try {
    function();
    return true;
  } catch (const std::bad_alloc&) {
    if (shortage) allocations_left = never;
    return false;
  }
}

struct outcome {
  std::vector<std::uint64_t> numbers;
  std::uint64_t emitted = 0;
  long told = 0;  // how often somebody was told that there is no memory
  bool hung = false;
  records::ledger at_end;
};

// Reads in rounds that grow from one record to many, some of which is lent, some copied.
outcome stream_with(loop::polled_stream& stream, const sources::memory_ring& ring) {
  outcome out;
  records::batch batch;
  const auto need = [&](auto&& function) {
    while (!had_memory(function)) ++out.told;
  };
  {
    const long armed = allocations_left.exchange(never);
    out.numbers.reserve(100'000);
    allocations_left = armed;
  }
  need([&] { stream.add(ring.source()); });
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::uint64_t i = 0; i < std::uint64_t{1} << round; ++i) {
      // Records of the test's own making: their memory does not run out.
      const long armed = allocations_left.exchange(never);
      const auto record = numbered_record(out.emitted, 48);
      if (allocations_left.load() == never) allocations_left = armed;
      out.emitted += ring.emit(record) ? 1 : 0;
    }
    while (out.numbers.size() < out.emitted) {
      std::size_t records = 0;
      need([&] { records = stream.try_read(batch); });
      for (const auto& record : batch) {
        if (records > 0) out.numbers.push_back(number_in(record.data));
      }
      if (records > 0) continue;
      if (!stream.arm()) continue;
      ::pollfd readable{stream.native_handle(), POLLIN, 0};
      if (::poll(&readable, 1, patience_ms) != 1) {
        out.hung = true;
        return out;
      }
      stream.quiet();
    }
    need([&] { [[maybe_unused]] const auto now = stream.statistics(); });
  }
  batch.clear();
  stream.close();
  allocations_left = never;
  out.at_end = stream.statistics();
  return out;
}

void fail_every_allocation_of(const std::string& kind, bool lasting) {
  long failures = 1;
  long n = 0;
  for (; failures > 0; ++n) {
    const sources::memory_ring ring{1 << 20};
    std::unique_ptr<loop::polled_stream> stream;
    failed_allocations = 0;
    shortage = lasting;
    allocations_left = n;
    long told = 0;
    while (!had_memory([&] { stream = make_polled_stream(kind, {}, 4096); })) ++told;
    auto out = stream_with(*stream, ring);
    allocations_left = never;
    failures = failed_allocations;
    told += out.told;

    BOOST_TEST_CONTEXT(kind << ", allocation " << n << ", " << failures << " failures, told " << told) {
      BOOST_TEST_REQUIRE(!out.hung);
      BOOST_TEST((out.numbers == numbers_from(0, out.emitted)));
      BOOST_TEST(out.at_end.received == out.emitted);
      BOOST_TEST(out.at_end.delivered == out.emitted);
      BOOST_TEST(out.at_end.queued == 0U);
      BOOST_TEST(out.at_end.balances());
    }
  }
  BOOST_TEST(n > 5);  // else it is not their allocations that fail
}

}  // namespace

BOOST_AUTO_TEST_SUITE(polled_stream_memory)

BOOST_DATA_TEST_CASE(an_allocation_that_fails_loses_nothing, polled_kinds, kind) {
  fail_every_allocation_of(kind, false);
}

BOOST_DATA_TEST_CASE(a_shortage_that_ends_when_it_is_told_loses_nothing, polled_kinds, kind) {
  fail_every_allocation_of(kind, true);
}

BOOST_AUTO_TEST_SUITE_END()
