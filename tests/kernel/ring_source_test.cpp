#include "check_source.hpp"
#include "kernel.hpp"
#include "loop_printing.hpp"

#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>

namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
namespace tests = aiobpf::tests;
using namespace aiobpf::tests;
using boost::test_tools::per_element;

namespace {

struct fixture {
  bpf::object object = bpf::object_file{bpf_object_path("emit")}.load();
  records::batch batch;

  // Drains until the limits, or the end of what is there; nothing stays on loan.
  void drain(sources::ring_source& source, const loop::drain_request& request = {}) {
    bool more = true;
    while (more) {
      batch.clear();
      const auto result = tests::drain(source, batch, request);
      more = result.stop == loop::drain_stop::limit && request.records == loop::drain_request{}.records;
    }
    batch.clear();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ring_source, fixture, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_kernel_ring_keeps_the_promises_of_a_source) {
  check_source([] {
    const auto made = std::make_shared<bpf::object>(bpf::object_file{bpf_object_path("emit")}.load());
    return source_under_test{std::make_unique<sources::ring_source>(*made, "first"),
                             [made](std::uint64_t first, std::uint32_t count) {
                               emit(*made, {.first_sequence = first, .count = count});
                             }};
  });
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_is_counted_as_ring_full) {
  sources::ring_source source{object, "first"};
  emit(object, {.count = 10'000});
  const auto now = account(source);
  BOOST_TEST(now.seen == 10'000U);
  BOOST_TEST(now.lost[records::cause::ring_full] > 0U);
  BOOST_TEST(now.unread == 10'000U - now.lost[records::cause::ring_full]);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(programs_wake_a_reader_that_looks_by_a_timer_when_the_ring_is_half_full) {
  sources::ring_source source{object, "first"};
  const bpf::unique_fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  ::epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // which tells of wakeups, not of what is unread
  BOOST_TEST_REQUIRE(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, source.native_handle(), &event) == 0);
  const auto told = [&] { return ::epoll_wait(epoll.get(), &event, 1, 0) == 1; };
  emit(object, {.count = 3});
  BOOST_TEST(told());
  drain(source, {.wakeups = false});
  emit(object, {.count = 2000});  // of 56 bytes, in 256 KiB
  BOOST_TEST(!told());
  emit(object, {.count = 400});
  BOOST_TEST(told());
  drain(source, {.wakeups = false});
  emit(object, {.count = 1});
  BOOST_TEST(!told());
  source.release();
  drain(source);
  emit(object, {.count = 1});
  BOOST_TEST(told());  // it has caught up: the kernel wakes it, and programs need not
  drain(source, {.records = 1});
  emit(object, {.count = 2400});
  BOOST_TEST(told());
  BOOST_TEST(account(source).balances());
}

BOOST_AUTO_TEST_CASE(a_ring_that_was_read_before_counts_from_there) {
  {
    sources::ring_source earlier{object, "first"};
    emit(object, {.count = 10'000, .discard = 7});  // some are lost: they belong to the earlier reader
    drain(earlier, {.records = 100});
  }
  const auto unread = sources::ring_source{object, "first"}.statistics().unread;
  sources::ring_source source{object, "first"};
  BOOST_TEST(source.statistics().seen == unread);
  BOOST_TEST(source.statistics().submitted == unread);
  BOOST_TEST(source.statistics().lost[records::cause::ring_full] == 0U);
  BOOST_TEST(source.statistics().discarded == 0U);
  BOOST_TEST(source.statistics().received == 0U);
  BOOST_TEST(account(source).balances());

  drain(source);
  emit(object, {.first_sequence = 1, .count = 10, .discard = 5});
  drain(source);
  const auto now = account(source);
  BOOST_TEST(now.seen == unread + 10);
  BOOST_TEST(now.discarded == 2U);
  BOOST_TEST(now.received == unread + 8);
  BOOST_TEST(now.unread == 0U);
  BOOST_TEST(now.balances());
}

// Each round another reader comes while a program emits on another CPU.
BOOST_AUTO_TEST_CASE(a_ring_taken_over_while_programs_emit_balances_to_the_last_record) {
  constexpr int rounds = 400;
  constexpr std::uint32_t burst = 3000;
  const bpf::program program = object.program("emit");
  std::uint64_t received = 0;
  int unsettled = 0;
  int unbalanced = 0;
  emit(object, {.count = 1});
  {
    sources::ring_source first{object, "first"};
    drain(first);  // from now on the ring has had a reader
    received += first.statistics().received;
  }
  for (int round = 0; round < rounds; ++round) {
    std::atomic<bool> running{true};
    std::thread producer{[&] {
      emit_args args{.count = burst, .discard = 7};
      program.run(std::as_writable_bytes(std::span{&args, 1}));
      running = false;
    }};
    for (int spins = round % 40 * 50; spins > 0 && running; --spins) std::this_thread::yield();
    sources::ring_source next{object, "first"};
    while (running) drain(next);
    producer.join();
    drain(next);
    const auto now = account(next);
    unsettled += now.settling ? 1 : 0;
    unbalanced += now.balances() && now.submitted == now.received ? 0 : 1;
    received += now.received;
  }
  BOOST_TEST(unsettled == 0);
  BOOST_TEST(unbalanced == 0);
  const auto all = ledger_of(object, "first");
  BOOST_TEST(all.seen == 1U + rounds * burst);
  BOOST_TEST(all.seen == received + all.discarded + all.ring_full + all.oversize + all.contended);
}

BOOST_AUTO_TEST_CASE(a_ring_that_another_reader_took_is_left_to_that_one) {
  sources::ring_source first{object, "first"};
  emit(object, {.count = 10});
  drain(first);
  sources::ring_source second{object, "first"};
  emit(object, {.first_sequence = 10, .count = 5});
  drain(second);
  emit(object, {.first_sequence = 15, .count = 5});
  BOOST_TEST((tests::drain(first, batch).stop == loop::drain_stop::failed));
  BOOST_TEST(batch.empty());
  const auto now = account(first);
  BOOST_TEST(!now.counted);
  BOOST_TEST(now.received == 10U);
  BOOST_TEST(now.balances());
  BOOST_TEST(second.statistics().submitted == 10U);
  BOOST_TEST(account(second).balances());
}

// The kernel knows lengths of 30 bits, whatever the ring's size.
BOOST_AUTO_TEST_CASE(a_record_longer_than_any_ring_takes_is_counted_as_oversize, *needs_memory(3)) {
  const auto large = bpf::object_file{bpf_object_path("huge")}.load();
  const sources::ring_source source{large, "huge"};
  BOOST_TEST(large.program("reserve_a_gibibyte").run().value == 1U);
  const auto now = account(source);
  BOOST_TEST(now.lost[records::cause::oversize] == 1U);
  BOOST_TEST(now.lost[records::cause::ring_full] == 0U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(a_ring_that_nobody_has_read_counts_from_its_beginning) {
  emit(object, {.count = 10'000});
  const auto now = account(sources::ring_source{object, "first"});
  BOOST_TEST(now.seen == 10'000U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(without_counters_the_kernels_losses_are_unknown_and_it_says_so) {
  sources::ring_source source{object.map("first")};
  emit(object, {.count = 10'000});
  drain(source, {.records = 10});
  const auto now = account(source);
  BOOST_TEST(!now.counted);
  BOOST_TEST(now.received == 10U);
  BOOST_TEST(now.submitted == now.received + now.unread);
  BOOST_TEST(now.lost[records::cause::ring_full] == 0U);
  BOOST_TEST(now.balances());
}

// In a thread that may make no system call but read, write and exit. (Detached: it ends without what the
// end of a thread does, and the C library may not give its stack to another one.)
BOOST_AUTO_TEST_CASE(statistics_of_a_ring_that_counts_make_no_system_call) {
  sources::ring_source source{object, "first"};
  emit(object, {.count = 100, .discard = 10});
  drain(source, {.records = 30});
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const bpf::unique_fd told{ends[0]};
  const bpf::unique_fd tells{ends[1]};
  records::ledger seen;
  std::atomic<bool> done{false};
  std::thread{[&, to = tells.get()] {
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0) {
      seen = source.statistics();
      done = true;
    }
    ::syscall(SYS_write, to, "", 1);
    ::syscall(SYS_exit, 0);
  }}.detach();
  ::pollfd watched{.fd = told.get(), .events = POLLIN, .revents = 0};
  BOOST_TEST_REQUIRE(::poll(&watched, 1, 30'000) == 1);  // one that is killed says nothing
  BOOST_TEST_REQUIRE(done);
  BOOST_TEST(seen.submitted == 90U);
  BOOST_TEST(compose(seen, {}) == account(source));
}

// `unread` of the counters is a difference; verify() counts what is there.
BOOST_AUTO_TEST_CASE(what_verify_counts_is_what_the_counters_say) {
  sources::ring_source source{object, "first"};
  for (std::uint32_t round = 1; round < 20; ++round) {
    emit(object, {.count = 50 * round, .discard = round});
    drain(source, {.records = 20 * round});
    BOOST_TEST(compose(source.statistics(), {}) == account(source));
    BOOST_TEST(account(source).balances());
  }
}

BOOST_AUTO_TEST_CASE(runs_that_the_kernel_skipped_are_shown_beside_the_sums) {
  const auto recursive = bpf::object_file{bpf_object_path("recursive")}.load();
  const auto link = bpf::attach(recursive.program("on_printk"));
  sources::ring_source source{recursive, "nested"};
  for (int i = 0; i < 5; ++i) recursive.program("print").run();
  BOOST_TEST(source.statistics().missed == 0U);  // as of the last verify()
  const auto now = account(source);
  BOOST_TEST(now.missed == 5U);
  BOOST_TEST(now.submitted == 5U);
  BOOST_TEST(now.balances());
  BOOST_TEST(source.statistics().missed == 5U);
  BOOST_TEST(account(sources::ring_source{recursive, "nested"}).missed == 0U);  // since that one was made
}

BOOST_AUTO_TEST_CASE(a_reserve_that_fails_although_there_is_room_is_contended) {
  const auto refused = bpf::object_file{bpf_object_path("refused")}.load();
  sources::ring_source source{refused, "refusing"};
  refused.program("three_attempts").run();
  const auto now = account(source);
  BOOST_TEST(now.seen == 3U);
  BOOST_TEST(now.lost[records::cause::contended] == 2U);
  BOOST_TEST(now.lost[records::cause::oversize] == 1U);
  BOOST_TEST(now.lost[records::cause::ring_full] == 0U);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(two_cpus_that_reserve_in_one_ring_are_counted_exactly) {
  const auto shared = bpf::object_file{bpf_object_path("shared")}.load();
  sources::ring_source source{shared, "shared"};
  const auto run = [&] { shared.program("reserve_and_discard").run(); };
  constexpr std::uint64_t rounds = 50;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    std::thread other{run};
    run();
    other.join();
    drain(source);
    BOOST_TEST_REQUIRE(account(source).seen == round * 2 * 20'000);
  }
  const auto now = account(source);
  BOOST_TEST(now.discarded + now.lost[records::cause::contended] == rounds * 2 * 20'000);
  BOOST_TEST(now.balances());
}

BOOST_AUTO_TEST_CASE(a_map_that_is_no_ring_is_refused) {
  BOOST_CHECK_EXCEPTION(sources::ring_source(object, "table"), bpf::error,
                        [](const auto& thrown) { return thrown.code() == bpf::errc::wrong_type; });
}

BOOST_AUTO_TEST_CASE(counters_that_are_none_are_refused_when_the_source_is_made) {
  const auto refused = [&](const char* map, bpf::errc why) {
    BOOST_CHECK_EXCEPTION(sources::ring_source(object.map("first"), object.map(map)), bpf::error,
                          [why](const auto& thrown) { return thrown.code() == why; });
  };
  for (const auto* map : {"table", "array", "second"}) refused(map, bpf::errc::wrong_size);
  refused("per_cpu", bpf::errc::wrong_type);  // as long as counters, and not in one piece
}

BOOST_AUTO_TEST_CASE(the_source_outlives_its_object) {
  sources::ring_source source{object, "first"};
  emit(object, {.count = 5});
  { const auto gone = std::move(object); }
  tests::drain(source, batch);
  BOOST_TEST(numbers_in(batch) == numbers_from(0, 5), per_element());
  BOOST_TEST(account(source).balances());
}

BOOST_AUTO_TEST_SUITE_END()
