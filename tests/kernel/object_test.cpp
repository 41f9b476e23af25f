#include "bpf_printing.hpp"
#include "captured_stderr.hpp"
#include "error_of.hpp"
#include "few_descriptors.hpp"
#include "kernel.hpp"
#include "raw_bytes.hpp"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

bpf::object load(const std::string& name) {
  return bpf::object_file{bpf_object_path(name)}.load();
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(object, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_loaded_object_names_its_programs_and_maps) {
  const auto object = load("emit");
  BOOST_TEST(object.name() == "emit.bpf.o");
  for (const std::string name : {"emit", "emit_sized", "answer_it", "count_calls"}) {
    BOOST_TEST(contains(object.program_names(), name));
    BOOST_TEST(object.program(name).name() == name);
  }
  for (const std::string name : {"first", "first__ledger", "second", "table", "array"}) {
    BOOST_TEST(contains(object.map_names(), name));
    BOOST_TEST(object.has_map(name));
    BOOST_TEST(object.map(name).name() == name);
  }
  BOOST_TEST(!object.has_map("third"));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_there_names_those_that_are) {
  const auto object = load("emit");
  const auto no_program = error_of([&] { object.program("emti"); });
  BOOST_TEST((no_program.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_program, "emit.bpf.o: program 'emti'"));
  BOOST_TEST(says(no_program, "there are: emit, emit_sized, answer_it, count_calls"));

  const auto no_map = error_of([&] { object.map("thrid"); });
  BOOST_TEST((no_map.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_map, "map 'thrid'"));
  BOOST_TEST(says(no_map, "first__ledger"));
}

BOOST_AUTO_TEST_CASE(a_loaded_object_has_its_types) {
  BOOST_TEST(load("emit").types().find("numbered")->size == sizeof(numbered));
}

BOOST_AUTO_TEST_CASE(rodata_that_was_not_set_is_what_the_source_says) {
  BOOST_TEST(load("emit").program("answer_it").run().value == 41U);
}

BOOST_AUTO_TEST_CASE(rodata_set_before_load_is_what_the_program_reads) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_rodata("answer", std::uint32_t{42});
  const auto object = std::move(file).load();
  BOOST_TEST(object.program("answer_it").run().value == 42U);
}

BOOST_AUTO_TEST_CASE(max_entries_are_what_the_kernel_was_given) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_max_entries("table", 3);
  file.set_max_entries("first", 1 << 20);
  const auto object = std::move(file).load();
  BOOST_TEST(object.map("table").max_entries() == 3U);
  BOOST_TEST(object.map("first").max_entries() == 1U << 20);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_to_be_loaded_is_not) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_autoload("count_calls", false);
  const auto object = std::move(file).load();
  const auto thrown = error_of([&] { object.program("count_calls"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_found));
  BOOST_TEST(says(thrown, "set_autoload"));
  BOOST_TEST(object.program("answer_it").run().value == 41U);
}

BOOST_AUTO_TEST_CASE(a_program_that_would_be_refused_is_left_out_by_autoload) {
  bpf::object_file file{bpf_object_path("rejected")};
  file.set_autoload("unchecked", false);
  const auto object = std::move(file).load();
  BOOST_TEST(object.has_map("table"));
}

BOOST_AUTO_TEST_CASE(a_refused_program_comes_with_the_verifiers_log_and_nothing_on_stderr) {
  const captured_stderr captured;
  const auto thrown = error_of([] { load("rejected"); });
  BOOST_TEST((thrown.code() == bpf::errc::rejected));
  BOOST_TEST(says(thrown, "load rejected.bpf.o"));
  BOOST_TEST(thrown.verifier_log().find("R0 invalid mem access 'map_value_or_null'") != std::string::npos);
  BOOST_TEST(thrown.verifier_log().find("BEGIN PROG LOAD LOG") == std::string::npos);
  BOOST_TEST(thrown.log().size() > thrown.verifier_log().size());
  BOOST_TEST(captured.text() == "");
}

// The verifier has no say in it, although libbpf's log has its markers.
BOOST_AUTO_TEST_CASE(running_out_of_descriptors_is_an_errno_and_the_next_load_works) {
  for (const unsigned room : {0U, 1U, 4U, 7U, 10U, 15U}) {
    BOOST_TEST_CONTEXT(room << " descriptors left") {
      bpf::object_file file{bpf_object_path("emit")};
      const auto thrown = [&] {
        const few_descriptors few{room};
        return error_of([&] { static_cast<void>(std::move(file).load()); });
      }();
      BOOST_TEST(thrown.code() == errno_code(EMFILE));
      BOOST_TEST(says(thrown, "load emit.bpf.o"));
      BOOST_TEST(says(thrown, "ulimit -n"));
    }
  }
  BOOST_TEST(load("emit").has_map("first"));
}

BOOST_AUTO_TEST_CASE(what_this_kernel_does_not_support_is_told_as_such) {
  const auto thrown = error_of([] { load("unsupported"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "load unsupported.bpf.o"));
  BOOST_TEST(thrown.log().find("get_info") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_kernel_knows_maps_of_globals_by_the_objects_name) {
  const auto object = load("emit");
  ::bpf_map_info info{};
  __u32 length = sizeof(info);
  BOOST_REQUIRE(::bpf_obj_get_info_by_fd(object.map(".rodata").native_handle(), &info, &length) == 0);
  BOOST_TEST(std::string{info.name} == "emit.rodata");
}

BOOST_AUTO_TEST_CASE(the_log_of_one_load_is_not_in_the_next_error) {
  BOOST_TEST(!error_of([] { load("rejected"); }).log().empty());
  const auto second = error_of([] { load("rejected"); });
  const auto mark = std::string{"-- BEGIN PROG LOAD LOG --"};
  BOOST_TEST(second.log().find(mark) == second.log().rfind(mark));
}

BOOST_AUTO_TEST_CASE(a_file_is_spent_by_loading) {
  bpf::object_file file{bpf_object_path("emit")};
  static_cast<void>(std::move(file).load());
  for (const auto& thrown :
       {error_of([&] { static_cast<void>(std::move(file).load()); }), error_of([&] { file.program_names(); }),
        error_of([&] { file.map_names(); }), error_of([&] { file.set_max_entries("table", 1); }),
        error_of([&] { file.set_rodata("answer", 1); }), error_of([&] { file.set_autoload("emit", true); }),
        error_of([&] { file.types(); })}) {
    BOOST_TEST((thrown.code() == bpf::errc::closed));
    BOOST_TEST(says(thrown, "already loaded"));
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_spent_by_a_load_that_failed) {
  bpf::object_file file{bpf_object_path("rejected")};
  BOOST_TEST((error_of([&] { std::move(file).load(); }).code() == bpf::errc::rejected));
  BOOST_TEST((error_of([&] { std::move(file).load(); }).code() == bpf::errc::closed));
}

BOOST_AUTO_TEST_CASE(one_file_gives_objects_of_their_own) {
  const auto one = load("emit");
  const auto other = load("emit");
  one.map("table").update(raw(std::uint32_t{1}), raw(std::uint64_t{1}));
  BOOST_TEST(!other.map("table").lookup(raw(std::uint32_t{1})).has_value());
}

BOOST_AUTO_TEST_CASE(a_moved_object_goes_on) {
  auto first = load("emit");
  const auto second = std::move(first);
  BOOST_TEST(second.program("answer_it").run().value == 41U);
}

BOOST_AUTO_TEST_SUITE_END()
