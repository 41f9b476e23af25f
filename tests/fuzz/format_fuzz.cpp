// libFuzzer over the text of tracefs's `format` files: what comes out is an error that says the line, or
// fields that are inside of a record, of which a plan and its program can be made.
#include "bpf_floor.hpp"

#include <aiobpf/probes/event_format.hpp>
#include <aiobpf/probes/program_writer.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <linux/bpf.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;

namespace {

#define AIOBPF_CHECK(condition)                                                    \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (0)

// Pieces that formats are made of: each byte of the input is one of them, or itself.
constexpr const char* pieces[] = {"name: x\n",
                                  "ID: 7\n",
                                  "format:\n",
                                  "\tfield:",
                                  "int ",
                                  "unsigned long ",
                                  "const char * ",
                                  "__data_loc char[] ",
                                  "__rel_loc u8[] ",
                                  "char ",
                                  "bool ",
                                  "comm",
                                  "pid",
                                  "a",
                                  "b[16]",
                                  "c[]",
                                  ";\toffset:",
                                  "8",
                                  "16",
                                  "4096",
                                  ";\tsize:",
                                  "1",
                                  "2",
                                  "4",
                                  ";\tsigned:",
                                  "0",
                                  ";\n",
                                  "\n",
                                  "print fmt: ",
                                  "struct s ",
                                  "u64 ",
                                  "loff_t "};

std::string text_of(const std::uint8_t* data, std::size_t size) {
  std::string text = size % 2 ? "name: x\nID: 7\n" : "";
  for (; size > 0; --size, ++data) {
    if (*data < std::size(pieces)) {
      text += pieces[*data];
    } else if (*data < 0xc0) {  // a whole field, so that many get through
      const auto at = std::to_string(8 + 8 * (*data % 32));
      text += std::string{"\tfield:"} + pieces[4 + *data % 6] + "f" + at + ";\toffset:" + at +
              ";\tsize:" + (*data % 6 == 3 || *data % 6 == 4 ? "4" : "8") +
              ";\tsigned:" + (*data & 1 ? "1" : "0") + ";\n";
    } else {
      text += static_cast<char>(*data);
    }
  }
  return text;
}

void check_plan(const probes::event_format& format, const char* category) {
  const auto fields = probes::tracepoint_fields(category, format, {.text = 32, .bytes = 24});
  for (const auto& one : fields) {
    AIOBPF_CHECK(one.size > 0 && one.type->size == one.size);
    AIOBPF_CHECK(!one.name.empty());
  }
  const probes::field_finder finder{fields, [](std::string_view) -> probes::field { std::abort(); }};
  probes::record_plan plan;
  try {
    plan = probes::make_plan(finder, {.name = format.name});
  } catch (const bpf::error& thrown) {
    AIOBPF_CHECK(thrown.code() == bpf::errc::not_supported || thrown.code() == bpf::errc::invalid_expression);
    return;
  }
  std::size_t end = 0;
  for (const auto& one : plan.type->members) {
    AIOBPF_CHECK(one.bit_offset % 8 == 0 && one.bit_offset / 8 >= end);
    end = one.bit_offset / 8 + one.type->size;
  }
  AIOBPF_CHECK(end <= plan.size && plan.size % 8 == 0);
  AIOBPF_CHECK(!probes::write_program(plan, {.ring = 3, .ring_bytes = 4096, .counters = 4}).empty());
  AIOBPF_CHECK(bpf::btf::of_bytes(to_btf(*plan.type)).size() > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  probes::event_format format;
  try {
    format = probes::parse_format(text_of(data, size));
  } catch (const bpf::error& thrown) {
    AIOBPF_CHECK(thrown.code() == bpf::errc::wrong_type);
    return 0;
  }
  for (const auto& one : format.fields) {
    AIOBPF_CHECK(!one.name.empty() && !one.type.empty());
    AIOBPF_CHECK(one.offset + one.size <= probes::longest_record);
  }
  check_plan(format, "syscalls");
  check_plan(format, "sched");
  return 0;
}
