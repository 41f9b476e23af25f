#include "error_of.hpp"
#include "kernel.hpp"
#include "raw_bytes.hpp"

#include <cerrno>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

bpf::object load_calls() {
  bpf::object_file file{bpf_object_path("calls")};
  return std::move(file).load();
}

struct pair {
  std::uint32_t in;
  std::uint32_t out;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(program, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_program_knows_its_name_section_and_type) {
  const auto object = load_calls();
  const auto program = object.program("on_syscall");
  BOOST_TEST(program.name() == "on_syscall");
  BOOST_TEST(program.section() == "raw_tp/sys_enter");
  BOOST_TEST(program.type_name() == "raw_tracepoint");
  BOOST_TEST(program.native_handle() >= 0);
  BOOST_TEST(object.program("watch_me").type_name() == "syscall");
  BOOST_TEST(object.program("on_getppid").type_name() == "tracepoint");
}

BOOST_AUTO_TEST_CASE(a_run_gives_the_programs_value_and_writes_its_context) {
  const auto object = load_calls();
  pair args{.in = 21, .out = 0};
  const auto result = object.program("double_it").run(std::as_writable_bytes(std::span{&args, 1}));
  BOOST_TEST(result.value == 7U);
  BOOST_TEST(args.out == 42U);
}

BOOST_AUTO_TEST_CASE(a_run_without_a_context_that_is_read_is_refused) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { object.program("double_it").run(); });
  BOOST_TEST(thrown.code() == errno_code(EINVAL));
  BOOST_TEST(says(thrown, "run double_it"));
}

BOOST_AUTO_TEST_CASE(a_context_shorter_than_what_is_read_is_refused) {
  const auto object = load_calls();
  std::uint32_t half = 21;
  const auto thrown = error_of([&] {
    object.program("double_it").run(std::as_writable_bytes(std::span{&half, 1}));
  });
  BOOST_TEST(thrown.code() == errno_code(EINVAL));
}

BOOST_AUTO_TEST_CASE(a_program_that_an_event_must_run_is_refused) {
  const auto object = load_calls();
  const auto thrown = error_of([&] { object.program("on_getppid").run(); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "'tracepoint' program"));
}

BOOST_AUTO_TEST_CASE(emit_counts_exactly_what_it_emits) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  emit(object, {.count = 1000, .ring = 2, .discard = 10});
  const auto first = ledger_of(object, "first");
  const auto second = ledger_of(object, "second");
  BOOST_TEST(first.seen == 500U);  // 0, 2, 4, ...
  BOOST_TEST(first.discarded == 100U);
  BOOST_TEST(second.seen == 500U);
  BOOST_TEST(second.discarded == 0U);
  BOOST_TEST(first.ring_full + first.oversize + second.ring_full + second.oversize == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
