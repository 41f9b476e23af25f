// Global variables of an object, before it is loaded and while its programs run.
#include "error_of.hpp"
#include "kernel.hpp"

#include <aiobpf/bpf/variables.hpp>

#include <boost/describe/class.hpp>

#include <array>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

struct point {
  std::int32_t x;
  std::int32_t y;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct swapped {
  std::int32_t y;
  std::int32_t x;
};
BOOST_DESCRIBE_STRUCT(swapped, (), (y, x))

bpf::object_file open_maps() {
  return bpf::object_file{bpf_object_path("maps")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(variables, *needs_bpf())

BOOST_AUTO_TEST_CASE(what_is_set_before_loading_is_what_a_program_begins_with) {
  auto file = open_maps();
  const auto constants = file.variables(".rodata");
  BOOST_TEST(constants.get<std::uint32_t>("target_pid") == 7U);
  constants.set("target_pid", std::uint32_t{5});
  constants.set("origin", point{10, 20});
  file.variables(".data").set("step", std::int32_t{3});
  file.variables(".bss").set("counter", std::uint64_t{100});

  const auto object = std::move(file).load();
  object.program("count").run();
  const auto bss = object.variables(".bss");
  BOOST_TEST(bss.get<std::uint64_t>("counter") == 115U);
  BOOST_TEST(bss.get<point>("where_it_is").x == 11);
  BOOST_TEST(bss.get<point>("where_it_is").y == 20);
  BOOST_TEST((bss.get<std::array<std::uint64_t, 8>>("histogram")[3] == 1));
  BOOST_TEST(object.variables(".rodata").get<std::uint32_t>("target_pid") == 5U);
}

BOOST_AUTO_TEST_CASE(what_is_set_while_it_runs_is_seen_at_once) {
  const auto object = open_maps().load();
  const auto bss = object.variables(".bss");
  const auto data = object.variables(".data");
  object.program("count").run();
  BOOST_TEST(static_cast<std::int64_t>(bss.get<std::uint64_t>("counter")) == -14);
  data.set("step", std::int32_t{1});
  bss.set("counter", std::uint64_t{0});
  object.program("count").run();
  BOOST_TEST(bss.get<std::uint64_t>("counter") == 7U);
  BOOST_TEST(object.variables(".data.counters").get<std::uint64_t>("extra") == 13U);
}

BOOST_AUTO_TEST_CASE(constants_refuse_to_be_set_once_they_are_loaded) {
  const auto object = open_maps().load();
  const auto constants = object.variables(".rodata");
  BOOST_TEST(constants.is_read_only());
  const auto thrown = error_of([&] { constants.set("target_pid", std::uint32_t{1}); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_phase));
  BOOST_TEST(says(thrown, "set it before load()"));
}

BOOST_AUTO_TEST_CASE(they_outlive_their_object) {
  const auto bss = [] {
    const auto object = open_maps().load();
    object.program("count").run();
    return object.variables(".bss");
  }();
  BOOST_TEST(bss.get<bool>("ready"));
}

BOOST_AUTO_TEST_CASE(another_type_is_refused_with_what_to_do) {
  const auto object = open_maps().load();
  const auto bss = object.variables(".bss");
  BOOST_TEST((error_of([&] { bss.get<std::uint32_t>("counter"); }).code() == bpf::errc::wrong_size));
  BOOST_TEST(says(error_of([&] { bss.set("share", std::uint32_t{1}); }), "not the same bits"));
  BOOST_TEST(
      says(error_of([&] { bss.get<swapped>("where_it_is"); }), "field x is at offset 0 in BTF, 4 here"));
  BOOST_TEST(says(error_of([&] { bss.get<int>("missing"); }), "counter"));
  BOOST_TEST(says(error_of([&] { object.variables(".none"); }), ".bss"));
  const std::array<std::byte, 3> few{};
  BOOST_TEST((error_of([&] { bss.set_bytes("counter", few); }).code() == bpf::errc::wrong_size));
}

BOOST_AUTO_TEST_SUITE_END()
