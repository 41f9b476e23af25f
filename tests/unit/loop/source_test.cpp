#include "check_source.hpp"
#include "fake_source.hpp"

#include <aiobpf/loop/memory_ring.hpp>

#include <boost/test/unit_test.hpp>

namespace loop = aiobpf::loop;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(source)

BOOST_AUTO_TEST_CASE(the_fake_keeps_the_promises_of_a_source) {
  check_source([] {
    const auto state = std::make_shared<fake>();
    return source_under_test{fake_source{state}, [state](std::uint64_t first, std::uint32_t count) {
                               for (const auto number : numbers_from(first, count)) state->emit(number);
                             }};
  });
}

BOOST_AUTO_TEST_CASE(a_memory_ring_keeps_the_promises_of_a_source) {
  check_source([] {
    const loop::memory_ring ring{4096};
    return source_under_test{ring.source(), [ring](std::uint64_t first, std::uint32_t count) {
                               for (const auto number : numbers_from(first, count)) {
                                 BOOST_TEST(ring.emit(numbered_record(number, 48)));
                               }
                             }};
  });
}

BOOST_AUTO_TEST_SUITE_END()
