#include <aiobpf/probes/tracepoint_fields.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using probes::location;
using probes::value_kind;

namespace {

std::vector<probes::field> fields_of(const char* category, const std::string& lines) {
  return probes::tracepoint_fields(category, probes::parse_format("name: x\nID: 1\n" + lines),
                                   {.text = 30, .bytes = 40});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tracepoint_fields)

BOOST_AUTO_TEST_CASE(arguments_of_calls_have_the_types_that_they_are_declared_with) {
  struct row {
    const char* declared;
    std::size_t size;
    bool is_signed;
    const char* type;
  };
  for (const auto& [declared, size, is_signed, type] :
       {row{"int dfd", 4, true, "int"}, row{"unsigned int x", 4, false, "unsigned int"},
        row{"umode_t mode", 2, false, "unsigned short"}, row{"size_t count", 8, false, "unsigned long"},
        row{"loff_t pos", 8, true, "long"}, row{"const clockid_t clock", 4, true, "int"},
        row{"char * buf", 8, false, "unsigned long"}, row{"struct stat * s", 8, false, "unsigned long"},
        row{"some_new_t x", 8, false, "unsigned long"}}) {
    const auto fields =
        fields_of("syscalls", std::string{"field:"} + declared + "; offset:16; size:8; signed:0;\n");
    BOOST_TEST_REQUIRE(fields.size() == 1U);
    BOOST_TEST_CONTEXT(declared) {
      BOOST_TEST((fields[0].kind == value_kind::number));
      BOOST_TEST(fields[0].size == size);
      BOOST_TEST(fields[0].is_signed == is_signed);
      BOOST_TEST(to_string(*fields[0].type) == type);
      BOOST_TEST(fields[0].at.offset == 16U);
      BOOST_TEST(!fields[0].may_be_unreadable());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_path_of_a_call_is_text_in_the_memory_of_its_process) {
  const auto path = fields_of("syscalls", "field:const char * name; offset:24; size:8; signed:0;\n").at(0);
  BOOST_TEST((path.kind == value_kind::text));
  BOOST_TEST((path.at.space == location::memory::user));
  BOOST_TEST(path.at.offset == 24U);
  BOOST_TEST(path.size == 32U);  // a NUL, and one that tells a longer text
  BOOST_TEST(path.may_be_truncated());
  BOOST_TEST(path.may_be_unreadable());
}

BOOST_AUTO_TEST_CASE(of_other_events_sizes_and_signs_are_as_they_say) {
  struct row {
    const char* line;
    value_kind kind;
    std::size_t size;
    const char* type;
    location::root from;
    bool may_be_truncated;
  };
  using root = location::root;
  for (const auto& [line, kind, size, type, from, may_be_truncated] :
       {row{"int x; offset:8; size:4; signed:1;", value_kind::number, 4, "int", root::context, false},
        row{"bool x; offset:8; size:1; signed:0;", value_kind::number, 1, "_Bool", root::context, false},
        row{"char x; offset:8; size:1; signed:0;", value_kind::number, 1, "unsigned char", root::context,
            false},
        row{"const char * x; offset:8; size:8; signed:0;", value_kind::number, 8, "unsigned long",
            root::context, false},
        row{"char x[16]; offset:8; size:16; signed:0;", value_kind::text, 16, "char[16]", root::context,
            false},
        row{"__u8 x[4]; offset:8; size:4; signed:0;", value_kind::bytes, 4, "unsigned char[4]", root::context,
            false},
        row{"unsigned long x[6]; offset:8; size:48; signed:0;", value_kind::bytes, 48, "unsigned long[6]",
            root::context, false},
        row{"struct in6_addr x; offset:8; size:16; signed:0;", value_kind::bytes, 16, "unsigned char[16]",
            root::context, false},
        row{"__data_loc char[] x; offset:8; size:4; signed:0;", value_kind::text, 30, "char[30]",
            root::data_loc, true},
        row{"__rel_loc char[] x; offset:8; size:4; signed:0;", value_kind::text, 30, "char[30]",
            root::rel_loc, true},
        row{"__data_loc u64[] x; offset:8; size:4; signed:0;", value_kind::bytes, 40, "unsigned char[40]",
            root::data_loc, true}}) {
    const auto fields = fields_of("sched", std::string{"field:"} + line + "\n");
    BOOST_TEST_REQUIRE(fields.size() == 1U);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST((fields[0].kind == kind));
      BOOST_TEST(fields[0].size == size);
      BOOST_TEST(fields[0].type->size == size);
      BOOST_TEST(to_string(*fields[0].type) == type);
      BOOST_TEST((fields[0].at.from == from));
      BOOST_TEST(fields[0].may_be_truncated() == may_be_truncated);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_has_no_length_is_left_out_and_names_lose_their_underscores) {
  BOOST_TEST(fields_of("kmem", "field:unsigned long x[]; offset:8; size:0; signed:0;\n").empty());
  const auto number = fields_of("syscalls", "field:int __syscall_nr; offset:8; size:4; signed:1;\n");
  BOOST_TEST(number.at(0).name == "syscall_nr");
}

BOOST_AUTO_TEST_SUITE_END()
