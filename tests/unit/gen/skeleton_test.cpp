#include "error_of.hpp"
#include "kernel.hpp"

#include <aiobpf/gen/skeleton.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bpf = aiobpf::bpf;
namespace gen = aiobpf::gen;
using namespace aiobpf::tests;

namespace {

std::vector<char> emit_object() {
  std::ifstream file{bpf_object_path("emit"), std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

gen::skeleton made(const std::vector<char>& bytes, const std::string& name = "emit_bpf") {
  return gen::make_skeleton(std::as_bytes(std::span{bytes}), "emit.bpf.o", name);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(skeleton)

BOOST_AUTO_TEST_CASE(a_name_is_made_from_a_path) {
  BOOST_TEST(gen::default_name("build/exec.bpf.o") == "exec_bpf");
  BOOST_TEST(gen::default_name("exec-watch.o") == "exec_watch");
  BOOST_TEST(gen::default_name("7.bpf.o") == "_7_bpf");
  BOOST_TEST(gen::default_name(".o") == "_");
}

BOOST_AUTO_TEST_CASE(the_header_has_structs_with_asserts_programs_maps_and_constants) {
  const std::string header = made(emit_object()).header;
  BOOST_TEST(has(header, "namespace emit_bpf {"));
  BOOST_TEST(has(header, "static_assert(sizeof(numbered) == 48);"));
  BOOST_TEST(has(header, "static_assert(offsetof(numbered, shorts) == 32);"));
  BOOST_TEST(has(header, "aiobpf::sources::ring_source first() const"));
  BOOST_TEST(has(header, "std::optional<std::uint32_t> answer{};"));
  BOOST_TEST(has(header, "Their sections say nothing: emit, emit_sized, answer_it."));
  BOOST_TEST(!has(header, "first__ledger() const"));
}

BOOST_AUTO_TEST_CASE(the_stub_has_fields_and_names) {
  const std::string stub = made(emit_object()).stub;
  BOOST_TEST(has(stub, "def sequence(self) -> int:"));
  BOOST_TEST(has(stub, "def text(self) -> bytes:"));
  BOOST_TEST(has(stub, "def shorts(self) -> tuple[int, ...]:"));
  BOOST_TEST(has(stub, "def inner(self) -> numbered:"));
  BOOST_TEST(has(stub, "Literal[\"first\", "));
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
  const auto thrown = error_of([] { made(std::vector<char>(100)); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "not a BPF object"));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_identifier_is_refused) {
  for (const char* name : {"", "a-b", "7", "a b"}) {
    const auto thrown = error_of([&] { made(emit_object(), name); });
    BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
    BOOST_TEST(says(thrown, "is not an identifier of C"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
