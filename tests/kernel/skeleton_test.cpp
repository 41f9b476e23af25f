#include "emit_bpf.hpp"
#include "kernel.hpp"
#include "layouts_bpf.hpp"
#include "shapes_bpf.hpp"  // compiling it checks its structs

#include <aiobpf/loop/embedded_stream.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(skeleton, *needs_bpf())

BOOST_AUTO_TEST_CASE(constants_that_are_named_are_set_and_others_keep_their_values) {
  BOOST_TEST(emit_bpf::load().answer_it().run().value == 41U);
  BOOST_TEST(emit_bpf::load({.answer = 7}).answer_it().run().value == 7U);
}

BOOST_AUTO_TEST_CASE(sizes_are_set_between_opening_and_loading) {
  auto file = emit_bpf::open();
  file.set_max_entries("table", 5);
  const emit_bpf::loaded emit{std::move(file).load()};
  BOOST_TEST(emit.table().raw().max_entries() == 5U);
  BOOST_TEST(emit.object.name() == "emit.bpf.o");
}

BOOST_AUTO_TEST_CASE(all_programs_whose_sections_say_where_are_attached) {
  auto emit = emit_bpf::load();
  emit.attach_all();
  BOOST_TEST(emit.links.size() == 1U);
  ::syscall(SYS_getppid);
  const auto before = emit.array().lookup(0).value();
  BOOST_TEST(before > 0U);
  emit.links.clear();
  const auto detached = emit.array().lookup(0).value();
  ::syscall(SYS_getppid);
  BOOST_TEST(emit.array().lookup(0).value() == detached);
}

BOOST_AUTO_TEST_CASE(a_ring_gives_records_that_are_the_structs) {
  const auto loaded = emit_bpf::load();
  loop::embedded_stream events;
  events.add(loaded.first());
  emit(loaded.object, {.first_sequence = 3, .count = 2});
  records::batch batch;
  BOOST_REQUIRE(events.try_read(batch) == 2U);
  emit_bpf::numbered event;
  BOOST_REQUIRE(batch[0].data.size() == sizeof event);
  std::memcpy(&event, batch[0].data.data(), sizeof event);
  BOOST_TEST(event.sequence == 3U);
  BOOST_TEST(event.colour == emit_bpf::GREEN);
  BOOST_TEST(event.odd);
}

BOOST_AUTO_TEST_CASE(maps_have_the_types_of_their_keys_and_values) {
  const auto emit = emit_bpf::load();
  emit.table().update(7, 70);
  BOOST_TEST(emit.table().lookup(7).value() == 70U);
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> all{{7U, 70U}};
  BOOST_TEST((emit.table().items() == all));
  BOOST_TEST(emit.per_cpu().lookup(0).value().size() == emit.per_cpu().cpus());
}

BOOST_AUTO_TEST_CASE(globals_are_read_and_set_by_name) {
  const auto layouts = layouts_bpf::load();
  BOOST_TEST(layouts.limit() == 9U);
  layouts.limit(3);
  BOOST_TEST(layouts.limit() == 3U);
  BOOST_REQUIRE(layouts.count().run().value == 0U);
  BOOST_TEST(layouts.counter().only == 3U);
}

BOOST_AUTO_TEST_CASE(names_that_cpp_keeps_for_itself_are_spared) {
  layouts_bpf::constants constants;
  constants.lambda = {.new_ = {}, .import = 5, .operator_ = 0, .events = {}};
  constants.text = {'x'};
  const auto loaded = layouts_bpf::load(constants);
  loop::embedded_stream events;
  events.add(loaded.events());
  BOOST_REQUIRE(loaded.template_().run().value == 0U);
  records::batch batch;
  BOOST_REQUIRE(events.try_read(batch) == 1U);
  layouts_bpf::namespace_ event;
  BOOST_REQUIRE(batch[0].data.size() == sizeof event);
  std::memcpy(&event, batch[0].data.data(), sizeof event);
  BOOST_TEST((event.new_ == layouts_bpf::True));
  BOOST_TEST(event.import == 5U);
  BOOST_TEST(event.operator_ == static_cast<std::uint32_t>('x'));
  BOOST_TEST(event.events.only == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
