#include "draining.hpp"
#include "loop_printing.hpp"
#include "numbers.hpp"

#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <limits>
#include <new>

namespace {

// The largest batch that there is memory for.
std::size_t largest_batch = std::numeric_limits<std::size_t>::max();

}  // namespace

// The memory of batches is all that is made of such arrays.
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  if (bytes > largest_batch) throw std::bad_alloc{};
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc{};
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

struct fixture {
  ~fixture() { largest_batch = std::numeric_limits<std::size_t>::max(); }

  sources::memory_ring ring{1 << 20};
  sources::memory_source source = ring.source();
  records::batch batch;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(out_of_memory, fixture)

BOOST_AUTO_TEST_CASE(a_batch_that_cannot_grow_stays_as_it_is) {
  ring.emit(numbered_record(0, 48));
  drain(source, batch);
  largest_batch = 0;
  records::batch_writer writer{batch, 0};
  BOOST_CHECK_THROW(writer.reserve(1 << 20), std::bad_alloc);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_drain_that_runs_out_of_memory_has_taken_nothing) {
  // While somebody keeps a batch that has records on loan, later ones are copied.
  for (const auto number : numbers_from(0, 1000)) ring.emit(numbered_record(number, 48));
  records::batch kept;
  BOOST_TEST_REQUIRE(drain(source, kept).lent);
  for (const auto number : numbers_from(1000, 5000)) ring.emit(numbered_record(number, 48));

  largest_batch = 64 * 1024;
  BOOST_CHECK_THROW(drain(source, batch), std::bad_alloc);
  BOOST_TEST(batch.empty());
  BOOST_TEST(source.statistics().received == kept.size());
  BOOST_TEST(account(source).balances());

  largest_batch = std::numeric_limits<std::size_t>::max();
  drain(source, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(1000, 5000), per_element());
  BOOST_TEST(numbers_in(kept) == numbers_from(0, 1000), per_element());
  BOOST_TEST(account(source).balances());
}

BOOST_AUTO_TEST_CASE(records_of_several_lengths_are_not_taken_without_memory_for_their_slots) {
  for (const auto number : numbers_from(0, 1000)) ring.emit(numbered_record(number, 48 + number % 3 * 8));
  largest_batch = 0;
  BOOST_CHECK_THROW(drain(source, batch), std::bad_alloc);
  BOOST_TEST(batch.empty());
  largest_batch = std::numeric_limits<std::size_t>::max();
  drain(source, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1000), per_element());
}

BOOST_AUTO_TEST_CASE(many_records_need_no_memory) {
  for (const auto number : numbers_from(0, 1000)) ring.emit(numbered_record(number, 48));
  largest_batch = 0;
  drain(source, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1000), per_element());
}

BOOST_AUTO_TEST_CASE(a_stream_says_that_memory_ran_out_and_has_consumed_nothing) {
  boost::asio::io_context context;
  loop::stream events{context.get_executor()};
  events.add(std::move(source));
  ring.emit(numbered_record(0, 48));
  std::vector<boost::system::error_code> results;
  for (const std::size_t available : {std::size_t{0}, std::numeric_limits<std::size_t>::max()}) {
    largest_batch = available;
    events.async_read(batch, [&](boost::system::error_code error, std::size_t) { results.push_back(error); });
    context.restart();
    context.run();
  }
  BOOST_TEST(results.at(0) == boost::asio::error::no_memory);
  BOOST_TEST(!results.at(1));
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 1), per_element());
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_CASE(so_does_an_embedded_stream) {
  loop::embedded_stream events;
  events.add(std::move(source));
  ring.emit(numbered_record(0, 48));
  largest_batch = 0;
  BOOST_CHECK_THROW(events.try_read(batch), std::bad_alloc);
  largest_batch = std::numeric_limits<std::size_t>::max();
  BOOST_TEST(events.try_read(batch) == 1U);
  BOOST_TEST(events.verify().balances());
}

BOOST_AUTO_TEST_SUITE_END()
