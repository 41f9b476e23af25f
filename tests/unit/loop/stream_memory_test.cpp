// Every allocation of a read fails once, one after the other: the stream says so, and the next read goes on.
#include "failing_new.hpp"
#include "numbers.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <new>
#include <vector>

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;

namespace {

struct outcome {
  std::vector<std::uint64_t> numbers;
  long refused = 0;  // async_read() threw
  long told = 0;     // it completed with no_memory
  long other = 0;    // anything else but records
};

void read_on(loop::stream& events, records::batch& batch, outcome& out) {
  try {
    events.async_read(batch, [&](boost::system::error_code error, std::size_t) {
      const long left = allocations_left.exchange(never);
      for (const auto& record : batch) {
        if (!error) out.numbers.push_back(number_in(record.data));
      }
      if (error == boost::asio::error::no_memory) {
        ++out.told;
      } else if (error) {
        ++out.other;
      }
      allocations_left = left;
    });
  } catch (const std::bad_alloc&) {
    ++out.refused;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_memory)

BOOST_AUTO_TEST_CASE(an_allocation_that_fails_ends_one_read_and_loses_nothing) {
  failed_allocations = 1;
  long n = 0;
  for (; failed_allocations > 0; ++n) {
    const sources::memory_ring ring{1 << 16};
    boost::asio::io_context context;
    loop::stream events{context.get_executor()};
    events.add(ring.source());
    records::batch batch;
    outcome out;
    std::uint64_t emitted = 0;
    failed_allocations = 0;
    allocations_left = n;
    while (emitted < 5) {
      read_on(events, batch, out);
      context.restart();
      context.poll();  // the read waits, or there is none
      const long left = allocations_left.exchange(never);
      ring.emit(numbered_record(emitted++, 48));
      allocations_left = left;
      context.restart();
      context.run();
    }
    allocations_left = never;
    while (out.numbers.size() < emitted) {
      read_on(events, batch, out);
      context.restart();
      context.run();
    }
    BOOST_TEST_CONTEXT("allocation " << n) {
      BOOST_TEST((out.numbers == numbers_from(0, emitted)));
      BOOST_TEST(out.refused + out.told <= failed_allocations);
      BOOST_TEST(out.other == 0);
      BOOST_TEST(events.verify().balances());
    }
  }
  BOOST_TEST(n > 3);  // else it is not its allocations that fail
}

// Both are noexcept: an allocation in there would end the process.
BOOST_AUTO_TEST_CASE(cancelling_and_closing_need_no_memory) {
  for (const bool closing : {false, true}) {
    for (int handlers = 0; handlers < 3; ++handlers) {  // its turn is posted; it waits
      const sources::memory_ring ring{1 << 16};
      boost::asio::io_context context;
      loop::stream events{context.get_executor()};
      events.add(ring.source());
      records::batch batch;
      outcome out;
      read_on(events, batch, out);
      for (int i = 0; i < handlers; ++i) context.poll_one();
      failed_allocations = 0;
      allocations_left = 0;
      if (closing) {
        events.close();
      } else {
        events.cancel();
      }
      allocations_left = never;
      BOOST_TEST(failed_allocations == 0);
      BOOST_TEST(out.other == 0);  // never inside the call
      context.restart();
      context.run();
      BOOST_TEST(out.other == 1);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
