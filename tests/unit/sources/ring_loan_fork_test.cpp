// A process that forks while records are on loan: they are the parent's to give back.
#include "in_child.hpp"
#include "lending_ring.hpp"

#include <aiobpf/rings/ring_reader.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

namespace bpf = aiobpf::bpf;
namespace records = aiobpf::records;
namespace rings = aiobpf::rings;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

BOOST_FIXTURE_TEST_SUITE(ring_loan_fork, lending_ring)

BOOST_AUTO_TEST_CASE(a_batch_that_a_child_clears_is_still_lent_in_the_parent) {
  emit(0, 500);
  BOOST_REQUIRE(drain(batch).lent);
  BOOST_TEST(in_child([&] {
               const bool same = numbers_in(batch) == numbers_from(0, 500);
               batch.clear();
               source.reset();
               return same ? "" : "the child reads other records";
             }) == "");
  BOOST_TEST(room() == (ring_bytes - 1) / record_stride - 500);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 500), per_element());
  batch.clear();
  BOOST_TEST(room() == 500U);
}

BOOST_AUTO_TEST_CASE(the_parent_gives_back_what_the_child_still_holds) {
  emit(0, 500);
  BOOST_REQUIRE(drain(batch).lent);
  BOOST_TEST(in_child([&] {
               records::batch other = std::move(batch);
               return "";
             }) == "");
  batch.clear();
  emit(500, 1);
  BOOST_TEST(drain(batch).records == 1U);
  BOOST_TEST(numbers_in(batch) == numbers_from(500, 1), per_element());
}

BOOST_AUTO_TEST_CASE(a_child_releases_nothing_that_is_held_back) {
  emit(0, 10);
  BOOST_REQUIRE(drain(batch, {.wakeups = false}).records == 10U);
  BOOST_TEST(in_child([&] {
               source->release();
               return "";
             }) == "");
  BOOST_TEST(room() == (ring_bytes - 1) / record_stride - 1);
}

BOOST_AUTO_TEST_CASE(a_child_drains_nothing) {
  emit(0, 10);
  BOOST_TEST(in_child([&] {
               const auto result = drain(batch);
               return result.records == 0 && result.error == bpf::errc::ring_taken ? "" : "it drains";
             }) == "");
  BOOST_TEST(drain(batch).records == 10U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ring_reader_fork)

BOOST_AUTO_TEST_CASE(a_ring_that_a_parent_reads_is_taken_for_its_child) {
  auto memory = rings::ring_memory::make(4096, bpf::unique_fd{});
  rings::ring_reader reader{memory};
  BOOST_TEST(in_child([&] {
               return reader.drain({}, [](auto) {}).stop == rings::ring_stop::taken ? "" : "not taken";
             }) == "");
  BOOST_TEST((reader.drain({}, [](auto) {}).stop == rings::ring_stop::empty));
}

BOOST_AUTO_TEST_SUITE_END()
