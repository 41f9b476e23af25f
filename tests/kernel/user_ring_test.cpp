// Records that user space writes and a program reads.
#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "raw_bytes.hpp"

#include <aiobpf/bpf/maps/user_ring.hpp>

#include <array>
#include <cstdint>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

using command = std::array<std::int32_t, 2>;

bpf::object load_maps() {
  return bpf::object_file{bpf_object_path("maps")}.load();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_ring, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_program_reads_what_was_submitted) {
  const auto object = load_maps();
  bpf::user_ring ring{object.map("commands")};
  for (int i = 0; i < 10; ++i) BOOST_TEST(ring.submit(raw(command{i, -1})));
  BOOST_TEST(object.program("drain").run().value == 10U);
  BOOST_TEST((object.variables(".bss").get<command>("drained") == command{45, -10}));
}

BOOST_AUTO_TEST_CASE(a_full_ring_says_so_and_goes_on_when_it_was_drained) {
  const auto object = load_maps();
  bpf::user_ring ring{object.map("commands")};
  int taken = 0;
  while (ring.submit(raw(command{}))) ++taken;
  BOOST_TEST(taken == 4096 / 16);
  BOOST_TEST(object.program("drain").run().value == 4096U / 16);
  BOOST_TEST(ring.submit(raw(command{})));
}

BOOST_AUTO_TEST_CASE(a_child_does_not_write) {
  const auto object = load_maps();
  bpf::user_ring ring{object.map("commands")};
  BOOST_TEST(in_child([&] { return refused([&] { ring.submit(raw(command{})); }); }) == "");
  BOOST_TEST(ring.submit(raw(command{})));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_refused) {
  const auto object = load_maps();
  bpf::user_ring ring{object.map("commands")};
  const std::array<std::byte, 4096> large{};
  BOOST_TEST((error_of([&] { ring.submit(large); }).code() == bpf::errc::wrong_size));
  BOOST_TEST((error_of([&] { bpf::user_ring{object.map("numbers")}; }).code() == bpf::errc::wrong_type));
}

BOOST_AUTO_TEST_SUITE_END()
