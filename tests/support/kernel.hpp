#pragma once

#include <aiobpf/bpf/environment.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace aiobpf::tests {

/// For kernel tests: BOOST_AUTO_TEST_SUITE(x, *needs_bpf()). Skips where BPF is refused and says what
/// is missing; with AIOBPF_REQUIRE_KERNEL=1 (as .ci/run sets it) nothing is skipped, and such a test fails.
inline boost::unit_test::decorator::precondition needs_bpf() {
  return boost::unit_test::decorator::precondition{
      [](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
        const char* required = std::getenv("AIOBPF_REQUIRE_KERNEL");
        if (required != nullptr && std::string{required} == "1") return true;
        const auto missing = bpf::missing_for_bpf();
        boost::test_tools::assertion_result result{missing.empty()};
        for (const auto& one : missing) result.message() << one << "; ";
        return result;
      }};
}

/// For a test that fills so much of the kernel's memory: BOOST_AUTO_TEST_CASE(x, *needs_memory(3)). Skips,
/// and says so, where it is not there (small virtual machines).
inline boost::unit_test::decorator::precondition needs_memory(unsigned gibibytes) {
  return boost::unit_test::decorator::precondition{
      [gibibytes](boost::unit_test::test_unit_id) -> boost::test_tools::assertion_result {
        std::ifstream meminfo{"/proc/meminfo"};
        std::string field;
        unsigned long kibibytes = 0;
        while (meminfo >> field && field != "MemAvailable:") {
        }
        meminfo >> kibibytes;
        boost::test_tools::assertion_result result{kibibytes >> 20 >= gibibytes};
        result.message() << "it takes " << gibibytes << " GiB of memory, " << (kibibytes >> 10)
                         << " MiB are available";
        return result;
      }};
}

/// The path of a test object, as in bpf_object_path("emit").
std::filesystem::path bpf_object_path(const std::string& name);

/// What the program `emit` of emit.bpf.c takes.
struct emit_args {
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::uint32_t ring = 0;     ///< 0: first, 1: second, 2: in turn
  std::uint32_t discard = 0;  ///< every Nth record is discarded instead; 0: none
  std::uint32_t flags = 0;    ///< for bpf_ringbuf_submit
};

/// struct numbered of emit.bpf.c.
struct numbered {
  std::uint64_t sequence;
  std::uint64_t check;  ///< ~sequence
  std::uint32_t ring;
  std::int32_t negative;  ///< -sequence
  char text[8];
  std::uint16_t shorts[2];
  std::int32_t colour;
  bool odd;
  std::int8_t tiny;
  std::uint8_t pad[6];
};
static_assert(sizeof(numbered) == 48);

/// Emits exactly `args.count` records and returns when they are in their rings, or counted as lost.
inline void emit(const bpf::object& object, emit_args args) {
  const auto result = object.program("emit").run(std::as_writable_bytes(std::span{&args, 1}));
  BOOST_REQUIRE(result.value == 0U);
}

/// Tries to emit one record of `bytes` zeroes into the ring `first`; false when it was refused, and counted.
inline bool emit_sized(const bpf::object& object, std::uint32_t bytes) {
  return object.program("emit_sized").run(std::as_writable_bytes(std::span{&bytes, 1})).value == 0;
}

/// struct aiobpf_ledger of aiobpf.bpf.h.
struct kernel_ledger {
  std::uint64_t seen = 0;
  std::uint64_t discarded = 0;
  std::uint64_t ring_full = 0;
  std::uint64_t oversize = 0;
  std::uint64_t contended = 0;
  std::uint64_t sampled = 0;
  std::uint64_t limited = 0;
  std::uint64_t unpaired = 0;
};

/// The counts of all CPUs together, by way of the map.
inline kernel_ledger ledger_of(const bpf::object& object, const std::string& ring) {
  const auto map = object.map(ring + "__ledger");
  kernel_ledger sum;
  for (std::uint32_t cpu = 0; cpu < map.max_entries(); ++cpu) {
    const auto value = map.lookup(std::as_bytes(std::span{&cpu, 1})).value();
    kernel_ledger one;
    std::memcpy(&one, value.data(), sizeof(one));
    sum.seen += one.seen;
    sum.discarded += one.discarded;
    sum.ring_full += one.ring_full;
    sum.oversize += one.oversize;
    sum.contended += one.contended;
  }
  return sum;
}

}  // namespace aiobpf::tests
