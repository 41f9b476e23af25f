// A process that forks while a stream is armed: the child's copy ends, and the parent does not
// notice.
#include "check_source.hpp"
#include "in_child.hpp"
#include "open_descriptors.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>

namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

struct fixture {
  fixture() { events->add(ring->source()); }

  void arm() {
    BOOST_REQUIRE(events->try_read(batch) == 0U);
    BOOST_REQUIRE(events->arm());
  }
  // The parent's arming is as good as it was.
  void check_that_the_parent_wakes() {
    BOOST_TEST(!is_readable(events->native_handle()));
    ring->emit(numbered_record(1));
    BOOST_TEST(is_readable(events->native_handle()));
    events->quiet();
    BOOST_TEST(events->try_read(batch) == 1U);
    BOOST_TEST(events->verify().balances());
  }

  std::map<int, std::string> before = open_descriptors();
  std::optional<sources::memory_ring> ring{64 * 1024};
  std::optional<loop::embedded_stream> events{std::in_place};
  records::batch batch;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(embedded_stream_fork, fixture)

BOOST_AUTO_TEST_CASE(a_child_that_closes_leaves_the_parents_armed) {
  arm();
  BOOST_TEST(in_child([&] {
               if (events->is_open()) return "open";
               events->close();
               events->close();
               return "";
             }) == "");
  check_that_the_parent_wakes();
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_in_a_child_leaves_the_parents_armed) {
  arm();
  BOOST_TEST(in_child([&] {
               events.reset();
               return "";
             }) == "");
  check_that_the_parent_wakes();
}

BOOST_AUTO_TEST_CASE(a_child_neither_arms_nor_quiets) {
  arm();
  BOOST_TEST(in_child([&] {
               events->quiet();
               return events->arm() ? "armed" : "";
             }) == "");
  check_that_the_parent_wakes();
}

BOOST_AUTO_TEST_CASE(use_in_a_child_is_an_error_that_says_why) {
  arm();
  BOOST_TEST(in_child([&] { return refused([&] { events->try_read(batch); }); }) == "");
  BOOST_TEST(in_child([&] { return refused([&] { events->add(sources::memory_ring{4096}.source()); }); }) ==
             "");
  BOOST_TEST(in_child([&] { return refused([&] { events->statistics(); }); }) == "");
  BOOST_TEST(in_child([&] {
               events->close();
               return refused([&] { events->statistics(); });
             }) == "");
  check_that_the_parent_wakes();
}

BOOST_AUTO_TEST_CASE(a_child_keeps_no_descriptors) {
  arm();
  BOOST_TEST(in_child([&] {
               events->close();  // not the end of the object: its descriptors go now
               ring.reset();
               std::string left;
               for (const auto& [fd, target] : open_descriptors()) {
                 if (!before.contains(fd) && !target.starts_with("pipe:")) left += target + ' ';
               }
               return left;
             }) == "");
}

BOOST_AUTO_TEST_CASE(a_child_may_make_a_stream_of_its_own) {
  arm();
  BOOST_TEST(in_child([&] {
               sources::memory_ring own{4096};
               loop::embedded_stream other;
               other.add(own.source());
               own.emit(numbered_record(1));
               return other.try_read(batch) == 1 ? "" : "nothing read";
             }) == "");
  check_that_the_parent_wakes();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(memory_ring_fork)

BOOST_AUTO_TEST_CASE(a_child_cannot_use_its_parents_ring) {
  sources::memory_ring ring{4096};
  const auto source = ring.source();
  BOOST_TEST(in_child([&] { return refused([&] { ring.emit(numbered_record(1)); }); }) == "");
  BOOST_TEST(in_child([&] { return refused([&] { ring.reserve(8); }); }) == "");
  BOOST_TEST(in_child([&] { return refused([&] { ring.source(); }); }) == "");
  BOOST_TEST(source.statistics().seen == 0U);
  BOOST_TEST(source.statistics().unread == 0U);
}

BOOST_AUTO_TEST_CASE(a_record_that_was_reserved_before_a_fork_is_the_parents_to_submit) {
  sources::memory_ring ring{4096};
  auto source = ring.source();
  records::batch batch;
  std::byte* record = ring.reserve(8);
  for (const bool discard : {false, true}) {
    BOOST_TEST(in_child([&] {
                 discard ? ring.discard(record) : ring.submit(record);
                 return "";
               }) == "");
    BOOST_TEST((drain(source, batch).stop == loop::drain_stop::busy));
  }
  ring.submit(record);
  BOOST_TEST(drain(source, batch).records == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
