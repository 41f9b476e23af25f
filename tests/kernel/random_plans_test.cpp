// Plans made at random, against the kernel's verifier: one that it refuses is an error of ours.
#include "kernel.hpp"

#include <aiobpf/bpf/assembled_program.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/probes/program_writer.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <linux/bpf.h>

#include <random>
#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;

namespace {

constexpr int plans = 600;
constexpr std::size_t ring_bytes = 64 * 1024;

class random_plan {
public:
  explicit random_plan(std::uint32_t seed) : random_(seed) {}

  probes::record_plan make() {
    std::string text = "name: random\nID: 1\n";
    std::size_t offset = 8;
    for (int i = number(1, 12); i > 0; --i) offset = add_field(text, "f" + std::to_string(i), offset);
    auto fields = probes::tracepoint_fields(one_of({"syscalls", "sched"}), probes::parse_format(text),
                                            {.text = size(300), .bytes = size(300)});
    for (auto& one : probes::exit_fields(16)) fields.push_back(std::move(one));
    const probes::field_finder finder{std::move(fields),
                                      [this](std::string_view path) { return field_of(path); }};
    probes::plan_options options{.name = "random", .fields = {"*"}};
    for (int i = number(0, 3); i > 0; --i)
      options.fields.push_back("p" + std::to_string(i) + "=task.x" + std::to_string(i));
    if (number(0, 3) > 0) options.where = condition(finder, 0);
    if (number(0, 2) == 0) options.pid = 42;
    options.sample = number(0, 3) ? 1 : 7;
    options.per_second = number(0, 3) ? 0 : 9;
    return probes::make_plan(finder, options);
  }

private:
  int number(int least, int most) { return std::uniform_int_distribution<int>{least, most}(random_); }
  std::size_t size(int most) { return static_cast<std::size_t>(number(1, most)); }
  std::string one_of(const std::vector<std::string>& all) {
    return all[size(static_cast<int>(all.size())) - 1];
  }

  std::size_t add_field(std::string& text, const std::string& name, std::size_t offset) {
    const std::size_t bytes = std::size_t{1} << number(0, 3);
    const bool in_place = number(0, 2) > 0;
    std::string declared = one_of({"int", "const char *", "u64", "bool", "umode_t"}) + " " + name;
    std::size_t room = bytes;
    if (!in_place) {
      room = 4;
      declared = one_of({"__data_loc char[]", "__rel_loc char[]", "__data_loc u8[]"}) + " " + name;
    } else if (number(0, 3) == 0) {
      room = size(70);
      declared = one_of({"char", "u8", "int"}) + " " + name + "[9]";
    }
    if (!in_place || number(0, 2)) offset = (offset + room - 1) / room * room;  // the rest is not aligned
    if (!in_place) offset = (offset + 3) / 4 * 4;
    text += "field:" + declared + "; offset:" + std::to_string(offset) + "; size:" + std::to_string(room) +
            "; signed:" + std::to_string(number(0, 1)) + ";\n";
    return offset + room;
  }

  probes::field field_of(std::string_view path) {
    probes::field made{.name = std::string{path},
                       .is_signed = number(0, 1) == 1,
                       .size = std::size_t{1} << number(0, 3),
                       .at = {.from = probes::location::root::task, .path = {8, 16, 24}}};
    made.type = probes::number_type(made.size, made.is_signed);
    return made;
  }

  std::string condition(const probes::field_finder& finder, int depth) {
    const auto inner = [&] { return "(" + condition(finder, depth + 1) + ")"; };
    switch (depth < 4 ? number(0, 6) : 6) {
      case 0: return inner() + " and " + inner();
      case 1: return inner() + " or " + inner();
      case 2: return "not " + inner();
      default: break;
    }
    auto all = finder.of_event();
    all.insert(all.end(), finder.of_header().begin(), finder.of_header().end());
    const auto& one = all[size(static_cast<int>(all.size())) - 1];
    if (one.kind == probes::value_kind::bytes || one.at_exit) return "pid == 1";
    if (one.kind == probes::value_kind::text) {
      return one.name + one_of({" == '", " != '"}) +
             std::string(size(static_cast<int>(std::min<std::size_t>(one.size, 15))), 'x')
                 .substr(one.is_array ? 1 : 0) +
             "'";
    }
    return one.name + one_of({" & 6", ""}) +
           one_of({" == 3", " > 1", " <= 0x7fffffff", " in (1, 2, 5000000000)", ""});
  }

  std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(random_plans, *needs_bpf())

BOOST_AUTO_TEST_CASE(are_programs_that_the_verifier_takes) {
  const auto ring =
      bpf::create_map({.name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = ring_bytes});
  const auto counters = bpf::create_map(
      {.name = "counters", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 64, .max_entries = 4});
  const auto limit = bpf::create_map(
      {.name = "limit", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1});
  int refused = 0;
  for (std::uint32_t seed = 0; seed < plans; ++seed) {
    const auto plan = random_plan{seed}.make();
    const auto size = static_cast<std::uint32_t>(plan.size);
    const auto begun = bpf::create_map({.name = "begun",
                                        .type = BPF_MAP_TYPE_HASH,
                                        .key_size = 8,
                                        .value_size = size,
                                        .max_entries = 4,
                                        .flags = BPF_F_NO_PREALLOC});
    const auto scratch = bpf::create_map({.name = "new",
                                          .type = BPF_MAP_TYPE_PERCPU_ARRAY,
                                          .key_size = 4,
                                          .value_size = size,
                                          .max_entries = 1});
    const probes::program_maps maps{.ring = ring.native_handle(),
                                    .ring_bytes = ring_bytes,
                                    .counters = counters.native_handle(),
                                    .limit = limit.native_handle(),
                                    .begun = begun.native_handle(),
                                    .scratch = scratch.native_handle()};
    for (const auto which : {probes::phase::entry, probes::phase::exit}) {
      try {
        const bpf::assembled_program loaded{write_program(plan, maps, which),
                                            {.type = BPF_PROG_TYPE_TRACEPOINT, .name = "random"}};
      } catch (const bpf::error& thrown) {
        ++refused;
        BOOST_TEST_MESSAGE("seed " << seed << ": " << thrown.what() << '\n' << thrown.verifier_log());
      }
    }
  }
  BOOST_TEST(refused == 0);
}

BOOST_AUTO_TEST_SUITE_END()
