// Every tracepoint that this kernel has: its format is read, its records are planned, and its program is
// loaded.
#include "kernel.hpp"
#include "mounts.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/probes/tracefs.hpp>

#include <algorithm>
#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;

namespace {

// How many events a pattern matches, and how many of them a program is loaded for.
struct loaded_events {
  std::size_t there = 0;
  std::size_t loaded = 0;
};

loaded_events load_all(const std::string& pattern) {
  loaded_events count;
  for (const auto& event : probes::tracefs{}.matching(pattern)) {
    ++count.there;
    try {
      const probes::trace_options options{.event = event, .where = "pid == 1", .ring_bytes = 64 * 1024};
      const auto made = probes::load({&options, 1});
      BOOST_TEST(made.front().plan().size >= 56U);  // the header
      ++count.loaded;
    } catch (const bpf::error& thrown) {
      BOOST_TEST_MESSAGE(event << ": " << thrown.what() << '\n' << thrown.verifier_log());
    }
  }
  return count;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(every_event, with_tracefs, *needs_bpf())

BOOST_AUTO_TEST_CASE(of_system_calls_is_loaded) {
  for (const auto* pattern : {"syscalls:sys_enter_*", "syscalls:sys_exit_*", "syscall:*"}) {
    const auto [there, loaded] = load_all(pattern);
    BOOST_TEST(there > 300U);
    BOOST_TEST(loaded == there);
  }
}

BOOST_AUTO_TEST_CASE(of_all_subsystems_is_loaded) {
  for (const auto* pattern : {"sched:*", "block:*", "net:*", "kmem:*", "timer:*"}) {
    BOOST_TEST(!probes::tracefs{}.matching(pattern).empty());
  }
  const auto [there, loaded] = load_all("*:*");
  BOOST_TEST(loaded == there);
}

BOOST_AUTO_TEST_SUITE_END()
