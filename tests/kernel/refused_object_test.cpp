// Real objects of clang's that are refused: the message names what, and says what to do.
#include "error_of.hpp"
#include "kernel.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

bpf::object_file open_refused(const std::string& name) {
  return bpf::object_file{bpf_object_path("progs/refused/" + name)};
}

bpf::error error_of_opening(const std::string& name) {
  const auto thrown = error_of([&] { open_refused(name); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  return thrown;
}

bpf::error error_of_loading(const std::string& name) {
  return error_of([&] { open_refused(name).load(); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(refused_when_opened)

BOOST_AUTO_TEST_CASE(a_static_program_is_named) {
  const auto thrown = error_of_opening("static_program");
  BOOST_TEST(says(thrown, "'hidden'"));
  BOOST_TEST(says(thrown, "leave `static` out"));
}

BOOST_AUTO_TEST_CASE(legacy_maps_are_told_as_such) {
  const auto thrown = error_of_opening("legacy_maps");
  BOOST_TEST(says(thrown, "define its maps in SEC(\".maps\")"));
}

BOOST_AUTO_TEST_CASE(a_function_that_is_not_defined_is_named) {
  BOOST_TEST(says(error_of_opening("unresolved"), "nobody_defines_this"));
}

BOOST_AUTO_TEST_CASE(the_other_byte_order_is_told_as_such) {
  BOOST_TEST(says(error_of_opening("big_endian"), "compile it with clang -target bpfel"));
}

BOOST_AUTO_TEST_CASE(an_object_for_a_processor_is_told_as_such) {
  std::ifstream file{AIOBPF_NATIVE_OBJECT, std::ios::binary};
  const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
  BOOST_REQUIRE(!bytes.empty());
  const auto thrown = error_of([&] { bpf::object_file::from_memory(std::as_bytes(std::span{bytes})); });
  BOOST_TEST(says(thrown, "an object for another machine than BPF"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(refused_when_loaded, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_function_that_the_kernel_has_not_is_named) {
  const auto thrown = error_of_loading("no_kernel_has");
  BOOST_TEST(says(thrown, "its extern 'no_kernel_has_this' is not there on this kernel"));
}

BOOST_AUTO_TEST_CASE(a_maps_attribute_is_named) {
  const auto entries = error_of_loading("map_attributes");
  BOOST_TEST(entries.code() == errno_code(EINVAL));
  BOOST_TEST(says(entries, "map 'without_entries': "));
  BOOST_TEST(says(entries, "max_entries is 0: set_max_entries()"));
  auto file = open_refused("map_attributes");
  file.set_max_entries("without_entries", 16);
  BOOST_TEST(std::move(file).load().has_map("without_entries"));
}

BOOST_AUTO_TEST_CASE(a_stack_trace_maps_value_size_is_named) {
  const auto thrown = error_of_loading("stacks");
  BOOST_TEST(says(thrown, "map 'stacks': "));
  BOOST_TEST(says(thrown, "value_size is 0"));
  BOOST_TEST(says(thrown, "set_value_size()"));
}

BOOST_AUTO_TEST_CASE(the_verifiers_refusal_names_the_program) {
  const auto thrown = error_of([] { bpf::object_file{bpf_object_path("rejected")}.load(); });
  BOOST_TEST((thrown.code() == bpf::errc::rejected));
  BOOST_TEST(says(thrown, "load rejected.bpf.o: program 'unchecked': the verifier refused it"));
}

BOOST_AUTO_TEST_SUITE_END()
