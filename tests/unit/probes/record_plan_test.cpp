#include "error_of.hpp"

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;

namespace {

constexpr const char* sample = R"(name: sample
ID: 1
field:int flags; offset:8; size:4; signed:1;
field:char comm[16]; offset:12; size:16; signed:0;
field:__data_loc char[] path; offset:28; size:4; signed:0;
field:__data_loc u8[] data; offset:32; size:4; signed:0;
field:u8 last; offset:36; size:1; signed:0;
)";

probes::field elsewhere(std::string_view path) {
  return {.name = std::string{path},
          .size = 4,
          .type = probes::number_type(4, true),
          .at = {.from = probes::location::root::task, .path = {8}}};
}

probes::record_plan planned(const probes::plan_options& options) {
  const probes::field_finder finder{
      probes::tracepoint_fields("sched", probes::parse_format(sample), {.text = 20, .bytes = 12}), elsewhere};
  return probes::make_plan(finder, options);
}

// "name:offset:size" of each member.
std::vector<std::string> members_of(const probes::record_plan& plan) {
  std::vector<std::string> made;
  for (const auto& one : plan.type->members) {
    made.push_back(one.name + ":" + std::to_string(one.bit_offset / 8) + ":" +
                   std::to_string(one.type->size));
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_plan)

BOOST_AUTO_TEST_CASE(a_record_is_the_header_and_all_of_the_event) {
  const auto plan = planned({.name = "sample"});
  const std::vector<std::string> wanted{"time_ns:0:8",
                                        "pid:8:4",
                                        "tid:12:4",
                                        "uid:16:4",
                                        "gid:20:4",
                                        "cgroup:24:8",
                                        "comm:32:16",
                                        "cpu:48:4",
                                        "truncated_bits:56:8",
                                        "unreadable_bits:64:8",
                                        "flags:72:4",
                                        "arg_comm:80:16",
                                        "path:96:20",
                                        "data:120:12",
                                        "data_length:132:4",
                                        "last:136:1"};
  BOOST_TEST(members_of(plan) == wanted, boost::test_tools::per_element());
  BOOST_TEST(plan.size == 144U);
  BOOST_TEST(plan.type->size == 144U);
  BOOST_TEST(plan.type->name == "sample");
  const std::vector<std::string> checked{"path", "data"};
  BOOST_TEST(plan.checked == checked, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_type_of_a_record_is_one_that_btf_can_say) {
  const auto plan = planned({.name = "sample"});
  const auto back = bpf::btf::of_bytes(to_btf(*plan.type));
  BOOST_TEST((to_btf(*back.at(back.size())) == to_btf(*plan.type)));
}

BOOST_AUTO_TEST_CASE(fields_are_asked_for_by_name_path_and_another_name) {
  const auto plan =
      planned({.name = "/x/y.c:1",
               .fields = {"flags", "pid", "task.real_parent.tgid", "parent=task.real_parent.tgid"}});
  std::vector<std::string> names;
  for (const auto& one : plan.type->members) names.push_back(one.name);
  const std::vector<std::string> wanted{"time_ns",
                                        "pid",
                                        "tid",
                                        "uid",
                                        "gid",
                                        "cgroup",
                                        "comm",
                                        "cpu",
                                        "truncated_bits",
                                        "unreadable_bits",
                                        "flags",
                                        "task_real_parent_tgid",
                                        "parent"};
  BOOST_TEST(names == wanted, boost::test_tools::per_element());
  BOOST_TEST(plan.type->name == "_x_y_c_1");
  BOOST_TEST(planned({.name = "x", .fields = {"*", "parent=task.pid"}}).fields.back().name == "parent");
}

BOOST_AUTO_TEST_CASE(what_cannot_fail_has_no_bits) {
  BOOST_TEST(planned({.name = "x", .fields = {"flags"}}).checked.empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_options_is_said) {
  struct row {
    probes::plan_options options;
    bpf::errc why;
    const char* says;
  };
  for (const auto& [options, why, text] :
       {row{{.name = "x", .fields = {"flag"}}, bpf::errc::not_found, "flags"},
        row{{.name = "x", .fields = {"zzzzzz"}}, bpf::errc::not_found, "there are: flags, arg_comm"},
        row{{.name = "x", .fields = {"flags", "flags"}}, bpf::errc::invalid_expression, "two fields"},
        row{{.name = "x", .fields = {"a b=flags"}}, bpf::errc::invalid_expression, "letters"},
        row{{.name = "x", .fields = {"=flags"}}, bpf::errc::invalid_expression, "letters"},
        row{{.name = "x", .fields = {"pid=flags"}}, bpf::errc::invalid_expression, "two fields"},
        row{{.name = "x", .where = "flag == 1"}, bpf::errc::not_found, "flags"},
        row{{.name = "x", .sample = 0}, bpf::errc::invalid_expression, "sample"}}) {
    const auto thrown = error_of([&, given = options] { planned(given); });
    BOOST_TEST((thrown.code() == why));
    BOOST_TEST(says(thrown, text));
  }
}

BOOST_AUTO_TEST_SUITE_END()
