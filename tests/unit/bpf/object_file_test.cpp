// Opening an object needs no privilege: what is wrong with a file, a name or a size is found here.
#include "captured_stderr.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "temporary_directory.hpp"

#include <aiobpf/rings/ring_memory.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string_view>

namespace bpf = aiobpf::bpf;
namespace rings = aiobpf::rings;
using namespace aiobpf::tests;

namespace {

bpf::object_file open_emit() {
  return bpf::object_file{bpf_object_path("emit")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(object_file)

BOOST_AUTO_TEST_CASE(an_open_file_names_its_programs_and_maps) {
  const auto file = open_emit();
  const auto programs = file.program_names();
  const auto maps = file.map_names();
  BOOST_TEST(std::count(programs.begin(), programs.end(), "emit") == 1);
  BOOST_TEST(std::count(maps.begin(), maps.end(), "first__ledger") == 1);
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named) {
  const auto thrown = error_of([] { bpf::object_file{"no/such.bpf.o"}; });
  BOOST_TEST(thrown.code() == errno_code(ENOENT));
  BOOST_TEST(says(thrown, "open no/such.bpf.o: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(an_empty_path_is_a_missing_file) {
  BOOST_TEST(error_of([] { bpf::object_file{""}; }).code() == errno_code(ENOENT));
}

BOOST_AUTO_TEST_CASE(a_directory_is_no_object) {
  const temporary_directory directory;
  const auto thrown = error_of([&] { bpf::object_file{directory.path()}; });
  BOOST_TEST(thrown.code() == errno_code(EISDIR));
}

// It has no writer: opening it as a file is opened would wait for one.
BOOST_AUTO_TEST_CASE(a_fifo_is_refused_at_once) {
  const temporary_directory directory;
  const auto path = directory.path() / "fifo.bpf.o";
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto thrown = error_of([&] { bpf::object_file{path}; });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "fifo.bpf.o: not a regular file"));
}

BOOST_AUTO_TEST_CASE(a_device_is_refused) {
  for (const std::string path : {"/dev/zero", "/dev/null"}) {
    const auto thrown = error_of([&] { bpf::object_file{path}; });
    BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
    BOOST_TEST(says(thrown, "open " + path + ": not a regular file"));
  }
}

// Without holes on the disk: the size alone is enough.
BOOST_AUTO_TEST_CASE(a_file_that_no_object_is_as_large_as_is_refused) {
  const temporary_directory directory;
  const auto path = directory.path() / "large.bpf.o";
  std::ofstream{path};
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  const auto thrown = error_of([&] { bpf::object_file{path}; });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "larger than 64 MiB"));
}

BOOST_AUTO_TEST_CASE(a_file_whose_size_the_kernel_does_not_tell_is_read) {
  BOOST_TEST((error_of([] { bpf::object_file{"/proc/self/status"}; }).code() == bpf::errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(a_path_is_not_cut_at_a_nul) {
  auto path = bpf_object_path("emit").string();
  path += std::string_view{"\0.old", 5};
  const auto thrown = error_of([&] { bpf::object_file{path}; });
  BOOST_TEST(thrown.code() == errno_code(EINVAL));
  BOOST_TEST(says(thrown, "emit.bpf.o\\0.old: Invalid argument"));
}

BOOST_AUTO_TEST_CASE(a_name_is_not_cut_at_a_nul) {
  using std::string_view_literals::operator""sv;
  auto file = open_emit();
  for (const auto& thrown : {error_of([&] { file.set_max_entries("table\0x"sv, 1); }),
                             error_of([&] { file.set_autoload("emit\0x"sv, false); }),
                             error_of([&] { file.set_rodata("answer\0x"sv, 1); }),
                             error_of([&] { file.types().find("numbered\0x"sv); })}) {
    BOOST_TEST((thrown.code() == bpf::errc::not_found));
  }
}

// Linux names are bytes.
BOOST_AUTO_TEST_CASE(a_path_that_is_not_utf_8_is_opened) {
  const temporary_directory directory;
  const auto path = directory.path() / "caf\xe9.bpf.o";
  std::filesystem::copy_file(bpf_object_path("emit"), path);
  BOOST_TEST(!bpf::object_file{path}.map_names().empty());
}

// libbpf names them by the object's name up to its first dot, and the kernel shows 15 characters.
BOOST_AUTO_TEST_CASE(maps_of_globals_keep_the_names_that_libbpf_gives_them) {
  const auto maps = open_emit().map_names();
  BOOST_TEST(std::count(maps.begin(), maps.end(), "emit.rodata") == 1);
}

BOOST_AUTO_TEST_CASE(a_section_of_globals_has_one_entry) {
  auto file = open_emit();
  const auto thrown = error_of([&] { file.set_max_entries(".rodata", 1 << 20); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "one entry"));
}

BOOST_AUTO_TEST_CASE(what_is_no_elf_is_told_how_to_be_compiled_and_nothing_is_on_stderr) {
  const temporary_directory directory;
  const captured_stderr captured;
  for (const std::string content : {"", "int main;",
                                    "\x7f"
                                    "ELF and no more"}) {
    BOOST_TEST_CONTEXT("content '" << content << "'") {
      const auto path = directory.path() / "bad.bpf.o";
      std::ofstream{path} << content;
      const auto thrown = error_of([&] { bpf::object_file{path}; });
      BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
      BOOST_TEST(says(thrown, "open " + path.string() + ": not a BPF object"));
      BOOST_TEST(says(thrown, "clang -g -O2 -target bpf"));
    }
  }
  BOOST_TEST(captured.text() == "");
}

BOOST_AUTO_TEST_CASE(an_elf_of_another_machine_is_no_object) {
  const auto thrown = error_of([] { bpf::object_file{"/proc/self/exe"}; });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "an object for another machine than BPF"));
}

BOOST_AUTO_TEST_CASE(a_cut_object_is_no_object) {
  const temporary_directory directory;
  const auto path = directory.path() / "cut.bpf.o";
  const auto size = std::filesystem::file_size(bpf_object_path("emit"));
  for (const std::uintmax_t kept : {size - 1, size / 2, std::uintmax_t{64}, std::uintmax_t{1}}) {
    std::filesystem::copy_file(bpf_object_path("emit"), path,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(path, kept);
    BOOST_TEST((error_of([&] { bpf::object_file{path}; }).code() == bpf::errc::wrong_type));
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_there_names_those_that_are) {
  auto file = open_emit();
  const auto no_map = error_of([&] { file.set_max_entries("thrid", 1); });
  BOOST_TEST((no_map.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_map, "emit.bpf.o: map 'thrid'"));
  BOOST_TEST(says(no_map, "second__ledger"));

  const auto no_program = error_of([&] { file.set_autoload("", false); });
  BOOST_TEST((no_program.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_program, "there are: emit, emit_sized, answer_it, count_calls"));

  const auto no_variable = error_of([&] { file.set_rodata("anwser", 1); });
  BOOST_TEST((no_variable.code() == bpf::errc::not_found));
  BOOST_TEST(says(no_variable, "variable of .rodata 'anwser'"));
  BOOST_TEST(says(no_variable, "answer, tag"));
}

BOOST_AUTO_TEST_CASE(rodata_of_another_size_is_refused) {
  auto file = open_emit();
  const auto thrown = error_of([&] { file.set_rodata("answer", std::uint64_t{1}); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_size));
  BOOST_TEST(says(thrown, "it has 4 bytes, not 8"));
}

BOOST_AUTO_TEST_CASE(rodata_is_described_by_its_type) {
  const bpf::object_file file{bpf_object_path("shapes")};
  BOOST_TEST(to_string(*file.rodata("negative")) == "__s16");
  BOOST_TEST((file.rodata("ratio")->kind == bpf::type_kind::floating_point));
  BOOST_TEST(file.rodata("level")->enumerators.size() == 2U);
  BOOST_TEST(file.rodata("several")->count == 3U);
  BOOST_TEST(to_string(*file.rodata("whole")) == "struct flat");
  BOOST_TEST((error_of([&] { file.rodata("hole"); }).code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_CASE(an_object_without_rodata_has_no_variable) {
  bpf::object_file file{bpf_object_path("rejected")};
  BOOST_TEST((error_of([&] { file.set_rodata("answer", 1); }).code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_CASE(ring_sizes_that_the_kernel_would_refuse_are_refused) {
  auto file = open_emit();
  const auto page = static_cast<std::uint32_t>(rings::ring_memory::page_size());
  for (const std::uint32_t bytes : {0U, 1U, 1000U, page / 2, page - 1, page + 1, 3 * page, ~0U}) {
    BOOST_TEST_CONTEXT(bytes << " bytes") {
      const auto thrown = error_of([&] { file.set_max_entries("first", bytes); });
      BOOST_TEST((thrown.code() == bpf::errc::wrong_size));
      BOOST_TEST(says(thrown, "a power of two and a multiple of the page size"));
      BOOST_TEST(says(thrown, "not " + std::to_string(bytes)));
    }
  }
  for (const std::uint32_t bytes : {page, 2 * page, 1U << 30}) file.set_max_entries("first", bytes);
}

BOOST_AUTO_TEST_CASE(an_object_in_memory_is_opened_as_a_file_is) {
  std::ifstream from{bpf_object_path("emit"), std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{from}, {}};
  const auto file = bpf::object_file::from_memory(std::as_bytes(std::span{bytes}), "built_in.bpf.o");
  bytes.assign(bytes.size(), '\0');  // it was copied
  BOOST_TEST(file.program_names() == open_emit().program_names(), boost::test_tools::per_element());
  const auto maps = file.map_names();
  BOOST_TEST(std::count(maps.begin(), maps.end(), "built_in.rodata") == 1);
  BOOST_TEST(file.types().find("numbered")->size == sizeof(numbered));
  BOOST_TEST(says(error_of([&] { file.rodata("hole"); }), "built_in.bpf.o: variable of .rodata 'hole'"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_an_object_are_refused) {
  for (const std::string bytes : {"", "int main;"}) {
    const auto thrown = error_of([&] { bpf::object_file::from_memory(std::as_bytes(std::span{bytes})); });
    BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
    BOOST_TEST(says(thrown, "open memory: not a BPF object"));
  }
}

BOOST_AUTO_TEST_CASE(a_moved_file_is_spent) {
  auto first = open_emit();
  const auto second = std::move(first);
  BOOST_TEST((error_of([&] { first.map_names(); }).code() == bpf::errc::closed));
  BOOST_TEST(!second.map_names().empty());
}

BOOST_AUTO_TEST_SUITE_END()
