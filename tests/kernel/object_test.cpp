#include "kernel.hpp"

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(object, *needs_bpf())

BOOST_AUTO_TEST_CASE(rodata_set_before_load_is_what_the_program_reads) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_rodata("answer", std::uint32_t{42});
  const auto object = std::move(file).load();
  BOOST_TEST(object.program("answer_it").run().value == 42U);
}

BOOST_AUTO_TEST_SUITE_END()
