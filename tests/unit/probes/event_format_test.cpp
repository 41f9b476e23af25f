#include "error_of.hpp"

#include <aiobpf/probes/event_format.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;
using reach = probes::format_field::reach;

namespace {

// Of kernel 6.18, with lines of several events.
constexpr const char* sample = R"(name: sched_process_exec
ID: 365
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
	field:pid_t pid;	offset:12;	size:4;	signed:1;
	field:const char * path;	offset:16;	size:8;	signed:0;
	field:char comm[16];	offset:24;	size:16;	signed:0;
	field:__rel_loc u8[] data;	offset:40;	size:4;	signed:0;
	field:unsigned long args[6];	offset:48;	size:48;	signed:0;
	field:struct robust_list_head * * head;	offset:96;	size:8;	signed:0;
	field:unsigned long caller[];	offset:104;	size:0;	signed:0;

print fmt: "filename=%s; field: x", __get_str(filename), REC->pid
	field:int not_a_field;	offset:104;	size:4;	signed:1;
)";

// The same, with one piece replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = sample;
  const auto at = text.find(from);
  BOOST_REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_format)

BOOST_AUTO_TEST_CASE(a_format_is_read_field_by_field) {
  const auto read = probes::parse_format(sample);
  BOOST_TEST(read.name == "sched_process_exec");
  BOOST_TEST(read.id == 365U);
  struct row {
    const char* name;
    const char* type;
    reach where;
    bool is_array;
    std::size_t offset;
    std::size_t size;
    bool is_signed;
    bool is_pointer;
  };
  const std::vector<row> rows{
      {"filename", "char", reach::data_loc, true, 8, 4, false, false},
      {"pid", "pid_t", reach::inside, false, 12, 4, true, false},
      {"path", "const char *", reach::inside, false, 16, 8, false, true},
      {"comm", "char", reach::inside, true, 24, 16, false, false},
      {"data", "u8", reach::rel_loc, true, 40, 4, false, false},
      {"args", "unsigned long", reach::inside, true, 48, 48, false, false},
      {"head", "struct robust_list_head * *", reach::inside, false, 96, 8, false, true},
      {"caller", "unsigned long", reach::inside, true, 104, 0, false, false}};
  BOOST_TEST_REQUIRE(read.fields.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [name, type, where, is_array, offset, size, is_signed, is_pointer] = rows[i];
    const auto& one = read.fields[i];
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(one.name == name);
      BOOST_TEST(one.type == type);
      BOOST_TEST((one.where == where));
      BOOST_TEST(one.is_array == is_array);
      BOOST_TEST(one.offset == offset);
      BOOST_TEST(one.size == size);
      BOOST_TEST(one.is_signed == is_signed);
      BOOST_TEST(one.is_pointer() == is_pointer);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_format_is_refused_with_its_line) {
  struct row {
    std::string text;
    const char* says;
  };
  for (const auto& [text, what] :
       {row{changed("offset:12;", "offset:x;"), "line 8"}, row{changed("offset:12;", "offset:12"), "line 8"},
        row{changed("offset:12;", "offset:-1;"), "not a number"},
        row{changed("\tsize:4;\tsigned:1;\n\tfield:const", "\n\tfield:const"), "offset"},
        row{changed("offset:12;\tsize:4", "offset:8190;\tsize:4"), "not inside of any record"},
        row{changed("offset:12;\tsize:4", "offset:0;\tsize:99999999999"), "not a number"},
        row{changed("pid_t pid", "pid_t 1pid"), "name"}, row{changed("pid_t pid", "pid"), "type"},
        row{changed("pid_t pid", "pid_t "), "type"}, row{changed("pid_t pid", ""), "name"},
        row{changed("offset:8;\tsize:4", "offset:8;\tsize:8"), "__data_loc"},
        row{changed("ID: 365", "ID: three"), "line 2"}, row{changed("ID: 365", ""), "number"},
        row{changed("name: sched_process_exec", ""), "name"}, row{"", "name"}}) {
    const auto thrown = error_of([&, given = text] { probes::parse_format(given); });
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
      BOOST_TEST(says(thrown, what));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
