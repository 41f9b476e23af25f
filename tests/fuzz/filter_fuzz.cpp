// libFuzzer over filter expressions: what comes out is an error that says the column, or a condition whose
// program can be written.
#include "bpf_floor.hpp"

#include <aiobpf/probes/program_writer.hpp>
#include <aiobpf/probes/record_plan.hpp>

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

constexpr const char* pieces[] = {"pid",
                                  "comm",
                                  "flags",
                                  "large",
                                  "path",
                                  "small",
                                  "ret",
                                  "duration_ns",
                                  "task.x",
                                  "nothing",
                                  " == ",
                                  " != ",
                                  " < ",
                                  " >= ",
                                  " & ",
                                  " and ",
                                  " or ",
                                  "not ",
                                  "(",
                                  ")",
                                  " in ",
                                  ",",
                                  "'x'",
                                  "\"sshd\"",
                                  "0",
                                  "1",
                                  "-1",
                                  "0x40",
                                  "18446744073709551615",
                                  "9223372036854775808",
                                  " ",
                                  "!",
                                  "'\\n\\x41'",
                                  "''",
                                  "'a long text of more than sixteen characters'",
                                  "cpu",
                                  "time_ns"};

probes::field made(std::string name, std::size_t size, bool is_signed) {
  return {.name = std::move(name),
          .is_signed = is_signed,
          .size = size,
          .type = probes::number_type(size, is_signed),
          .at = {.offset = 16}};
}

std::vector<probes::field> fields() {
  std::vector<probes::field> all{made("flags", 4, true), made("large", 8, false), made("small", 1, false)};
  probes::field path{.name = "path",
                     .kind = probes::value_kind::text,
                     .size = 34,
                     .type = probes::text_type(34),
                     .at = {.offset = 24, .path = {0}, .space = probes::location::memory::user}};
  all.push_back(std::move(path));
  for (auto& one : probes::exit_fields(16)) all.push_back(std::move(one));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text;
  for (; size > 0; --size, ++data) {
    if (*data < 0xe0) {
      text += pieces[*data % std::size(pieces)];
    } else {
      text += static_cast<char>(*data - 0x80);
    }
  }
  const probes::field_finder finder{fields(), [](std::string_view path) {
                                      auto leaf = made(std::string{path}, 4, true);
                                      leaf.at.from = probes::location::root::task;
                                      leaf.at.path = {8, 16};
                                      return leaf;
                                    }};
  try {
    const auto plan = probes::make_plan(finder, {.name = "fuzzed", .where = text});
    const probes::program_maps maps{.ring = 3, .ring_bytes = 4096, .counters = 4, .begun = 5, .scratch = 6};
    for (const auto which : {probes::phase::entry, probes::phase::exit}) {
      AIOBPF_CHECK(!probes::write_program(plan, maps, which).empty());
    }
  } catch (const bpf::error& thrown) {
    AIOBPF_CHECK(thrown.code() == bpf::errc::invalid_expression || thrown.code() == bpf::errc::not_found ||
                 thrown.code() == bpf::errc::not_supported);
    AIOBPF_CHECK(std::string{thrown.what()}.size() < 6000);
  }
  return 0;
}
