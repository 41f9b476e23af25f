#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "probing.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <thread>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
namespace records = aiobpf::records;
using namespace aiobpf::tests;

namespace {

struct fixture : with_tracefs {
  std::uint32_t me = static_cast<std::uint32_t>(::getpid());

  probes::trace_options opens(std::string where = {}) const {
    return {.event = "syscalls:sys_enter_openat", .where = std::move(where), .pid = me};
  }
};

// `path` need not be a text, and a file need not be there.
void open_at(const void* path, int flags = O_RDONLY | O_CLOEXEC, int folder = AT_FDCWD) {
  const bpf::unique_fd opened{static_cast<int>(::syscall(SYS_openat, folder, path, flags, 0640))};
}

std::uint64_t now() {
  ::timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(trace, fixture, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_call_is_recorded_with_its_arguments) {
  probing tested{opens()};
  const auto before = now();
  open_at("/nowhere/at all", O_WRONLY | O_CREAT | O_CLOEXEC, 77);
  const auto after = now();
  const auto all = tested.read();
  BOOST_TEST_REQUIRE(all.size() == 1U);
  const auto& one = all.front();
  BOOST_TEST(one.text("filename") == "/nowhere/at all");
  BOOST_TEST(one.number("flags") == (O_WRONLY | O_CREAT | O_CLOEXEC));
  BOOST_TEST(one.number("mode") == 0640);
  BOOST_TEST(one.number("dfd") == 77);
  BOOST_TEST(one.number("syscall_nr") == SYS_openat);
  BOOST_TEST(one.number("pid") == ::getpid());
  BOOST_TEST(one.number("tid") == ::gettid());
  BOOST_TEST(one.number("uid") == static_cast<std::int64_t>(::getuid()));
  BOOST_TEST(one.number("gid") == static_cast<std::int64_t>(::getgid()));
  BOOST_TEST(one.text("comm") == "kernel_trace_te");
  BOOST_TEST(one.number("cgroup") > 0);
  BOOST_TEST(static_cast<std::uint64_t>(one.number("time_ns")) >= before);
  BOOST_TEST(static_cast<std::uint64_t>(one.number("time_ns")) <= after);
  BOOST_TEST(one.number("truncated_bits") == 0);
  BOOST_TEST(one.number("unreadable_bits") == 0);
}

BOOST_AUTO_TEST_CASE(a_negative_number_is_negative) {
  probing tested{opens()};
  open_at("x", O_RDONLY, AT_FDCWD);
  BOOST_TEST(tested.read().at(0).number("dfd") == AT_FDCWD);
}

BOOST_AUTO_TEST_CASE(every_call_is_counted_once) {
  probing tested{opens()};
  for (int i = 0; i < 100; ++i) open_at("x");
  BOOST_TEST(tested.read().size() == 100U);
  const auto counts = account(*tested.source);
  BOOST_TEST(counts.counted);
  BOOST_TEST(counts.seen == 100U);
  BOOST_TEST(counts.received == 100U);
  BOOST_TEST(counts.missed == 0U);
  BOOST_TEST(counts.balances());
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_in_the_ring_is_counted) {
  auto options = opens();
  options.ring_bytes = 4096;
  probing tested{options};
  for (int i = 0; i < 100; ++i) open_at("x");
  const auto received = tested.read().size();
  const auto counts = account(*tested.source);
  BOOST_TEST(received < 12U);
  BOOST_TEST(counts.seen == 100U);
  BOOST_TEST(counts.lost[records::cause::ring_full] == 100U - received);
  BOOST_TEST(counts.balances());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_probe_detaches_it) {
  probing tested{opens()};
  open_at("x");
  tested.probe.detach();
  open_at("y");
  BOOST_TEST(!tested.probe.is_attached());
  BOOST_TEST(tested.read().size() == 1U);
  BOOST_TEST(account(*tested.source).seen == 1U);
}

BOOST_AUTO_TEST_CASE(an_exit_has_its_result) {
  probing tested{{.event = "syscalls:sys_exit_openat", .pid = me}};
  open_at("/nowhere/at all");
  BOOST_TEST(tested.read().at(0).number("ret") == -ENOENT);
}

BOOST_AUTO_TEST_CASE(texts_that_an_event_carries_are_read) {
  probing tested{{.event = "task:task_rename", .where = "newcomm == 'renamed'", .pid = me}};
  char before[16] = {};
  BOOST_REQUIRE(::pthread_getname_np(::pthread_self(), before, sizeof(before)) == 0);
  ::pthread_setname_np(::pthread_self(), "renamed");
  ::pthread_setname_np(::pthread_self(), before);
  const auto all = tested.read();
  BOOST_TEST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].text("oldcomm") == before);
  BOOST_TEST(all[0].text("newcomm") == "renamed");
}

// --- values that are not as one would like them

BOOST_AUTO_TEST_CASE(a_hostile_text_is_what_it_is) {
  probing tested{opens()};
  const std::string hostile = "a\nb\x1b[31m\xff\xfe'\"\\";
  open_at(hostile.c_str());
  BOOST_TEST(tested.read().at(0).text("filename") == hostile);
}

BOOST_AUTO_TEST_CASE(a_text_is_truncated_exactly_where_there_is_more_than_room) {
  for (const std::size_t limit : {1, 16, 255, 4000}) {
    auto options = opens();
    options.limits.text = limit;
    probing tested{options};
    for (const std::size_t length : {limit - 1, limit, limit + 1, limit + 2, limit + 90}) {
      const std::string text(length, 'x');
      open_at(text.c_str());
      const auto all = tested.read();
      BOOST_TEST_REQUIRE(all.size() == 1U);
      BOOST_TEST(all[0].text("filename").size() == std::min(length, limit));
      BOOST_TEST(all[0].is_truncated("filename") == (length > limit));
      BOOST_TEST(!all[0].is_unreadable("filename"));
    }
  }
}

BOOST_AUTO_TEST_CASE(memory_that_is_not_there_is_flagged) {
  probing tested{opens()};
  void* const gone = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ::munmap(gone, 4096);
  for (const void* path : {static_cast<const void*>(nullptr), static_cast<const void*>(gone),
                           reinterpret_cast<const void*>(0xffff'8880'0000'0000)}) {
    open_at(path);
    const auto all = tested.read();
    BOOST_TEST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].text("filename").empty());
    BOOST_TEST(all[0].is_unreadable("filename"));
    BOOST_TEST(!all[0].is_truncated("filename"));
  }
}

// The ring's memory has what earlier records left there.
BOOST_AUTO_TEST_CASE(nothing_of_an_earlier_record_is_left_in_a_later_one) {
  auto options = opens();
  options.ring_bytes = 4096;
  probing tested{options};
  const std::string secret(200, 's');
  for (int i = 0; i < 20; ++i) {
    open_at(secret.c_str());
    tested.read();
  }
  for (int i = 0; i < 20; ++i) {
    open_at("x");
    for (const auto& one : tested.read()) {
      const auto bytes = one.bytes("filename");
      BOOST_TEST(bytes.find('s') == bytes.npos);
    }
  }
}

// --- filters

BOOST_AUTO_TEST_CASE(filters_run_in_the_kernel) {
  struct row {
    const char* where;
    std::size_t records;  // of the four calls below
  };
  const std::string pid = "pid == " + std::to_string(me);
  for (const auto& [where, wanted] : {row{"flags & 1", 2},
                                      row{"flags & 0x40 and flags & 1", 1},
                                      row{"not flags & 1", 2},
                                      row{"filename == '/a'", 1},
                                      row{"filename != '/a'", 3},
                                      row{"filename in ('/a', \"/bc\")", 2},
                                      row{"filename == '/'", 0},
                                      row{"filename == '/a' or filename == '/bc'", 2},
                                      row{"dfd == -100", 3},
                                      row{"dfd < 0", 3},
                                      row{"dfd > -1 and dfd < 8", 1},
                                      row{"dfd >= 7", 1},
                                      row{"-1 < dfd", 1},
                                      row{"comm == 'kernel_trace_te'", 4},
                                      row{"comm != 'kernel_trace_te'", 0},
                                      row{"comm == 'kernel'", 0},
                                      row{pid.c_str(), 4},
                                      row{"pid == tid", 4},
                                      row{"pid != tid", 0},
                                      row{"uid == 0 or gid == 0", 4},
                                      row{"time_ns > 0", 4},
                                      row{"time_ns < 5", 0},
                                      row{"cpu < 4096", 4},
                                      row{"cgroup", 4},
                                      row{"(flags & 3) == 1 and not (dfd == 7 or filename == '/a')", 1},
                                      row{"task.tgid == pid", 4},
                                      row{"task.real_parent.tgid == pid", 0},
                                      row{"task.comm == 'kernel_trace_te'", 4},
                                      row{"mode == 0o640", 4},
                                      row{"filename == 'a\\x1b\\n'", 1},
                                      row{"pid not in (1, 2)", 4}}) {
    probing tested{opens(where)};
    open_at("/a");
    open_at("/bc", O_WRONLY);
    open_at("/b", O_WRONLY | O_CREAT | O_EXCL, 7);
    open_at("a\x1b\n");
    BOOST_TEST_CONTEXT(where) {
      BOOST_TEST(tested.read().size() == wanted);
      BOOST_TEST(account(*tested.source).seen == wanted);  // what a filter leaves out is no attempt
    }
  }
  ::unlink("/b");
}

BOOST_AUTO_TEST_CASE(another_user_or_group_is_left_out) {
  auto options = opens();
  options.uid = 12'345;
  probing of_user{options};
  options.uid = {};
  options.cgroup = 1;  // the root group
  probing of_group{options};
  open_at("x");
  BOOST_TEST(of_user.read().empty());
  options.cgroup = {};
  probing all{options};
  open_at("x");
  const auto mine = static_cast<std::uint64_t>(all.read().at(0).number("cgroup"));
  BOOST_TEST(of_group.read().empty() == (mine != 1));
}

// --- sampling and limits

BOOST_AUTO_TEST_CASE(sampling_leaves_out_what_it_counts) {
  auto options = opens();
  options.sample = 4;
  options.ring_bytes = 1 << 20;
  probing tested{options};
  for (int i = 0; i < 4000; ++i) open_at("x");
  const auto received = tested.read().size();
  BOOST_TEST(received > 800U);  // 1000; 7 times its standard deviation away
  BOOST_TEST(received < 1200U);
  const auto counts = account(*tested.source);
  BOOST_TEST(counts.seen == 4000U);
  BOOST_TEST(counts.lost[records::cause::sampled] == 4000U - received);
  BOOST_TEST(counts.balances());
}

BOOST_AUTO_TEST_CASE(a_limit_a_second_leaves_out_what_it_counts) {
  auto options = opens();
  options.per_second = 10;
  probing tested{options};
  const auto begin = now() / 1'000'000'000;
  for (int i = 0; i < 1000; ++i) open_at("x");
  const auto seconds = now() / 1'000'000'000 - begin + 1;  // of the clock
  const auto received = tested.read().size();
  BOOST_TEST(received >= 10U);
  BOOST_TEST(received <= 10 * seconds);
  const auto counts = account(*tested.source);
  BOOST_TEST(counts.seen == 1000U);
  BOOST_TEST(counts.lost[records::cause::limited] == 1000U - received);
  BOOST_TEST(counts.balances());
}

// --- calls, from entry to exit

BOOST_AUTO_TEST_CASE(a_call_is_one_record_with_its_result_and_its_time) {
  probing tested{{.event = "syscall:openat", .pid = me}};
  const auto before = now();
  open_at("/nowhere");
  const auto after = now();
  open_at("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto all = tested.read();
  BOOST_TEST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].text("filename") == "/nowhere");
  BOOST_TEST(all[0].number("ret") == -ENOENT);
  BOOST_TEST(all[0].number("duration_ns") > 0);
  BOOST_TEST(static_cast<std::uint64_t>(all[0].number("duration_ns")) < after - before);
  BOOST_TEST(static_cast<std::uint64_t>(all[0].number("time_ns")) >= before);
  BOOST_TEST(all[0].text("comm") == "kernel_trace_te");
  BOOST_TEST(all[1].text("filename") == "/");
  BOOST_TEST(all[1].number("ret") >= 0);
  const auto counts = account(*tested.source);
  BOOST_TEST(counts.seen == 2U);
  BOOST_TEST(counts.balances());
}

BOOST_AUTO_TEST_CASE(calls_are_filtered_by_what_is_known_at_either_end) {
  struct row {
    const char* where;
    std::size_t records;  // of the three calls below
  };
  for (const auto& [where, wanted] :
       {row{"ret < 0", 2}, row{"ret == -2 and filename == '/b'", 1}, row{"ret >= 0", 1},
        row{"duration_ns > 0", 3}, row{"duration_ns < 1", 0}, row{"ret < 0 or duration_ns > 100000000000", 2},
        row{"not ret < 0", 1}, row{"flags & 1", 1},
        row{"filename == '/a' and ret == -2 and flags == 0", 1}}) {
    probing tested{{.event = "syscall:openat", .where = where, .pid = me}};
    open_at("/a", 0);
    open_at("/b", O_WRONLY);
    open_at("/", O_DIRECTORY);
    BOOST_TEST_CONTEXT(where) BOOST_TEST(tested.read().size() == wanted);
  }
  const auto mixed = error_of([&] {
    static_cast<void>(probes::trace({.event = "syscall:openat", .where = "ret < 0 or flags == 1"}));
  });
  BOOST_TEST((mixed.code() == bpf::errc::invalid_expression));
  BOOST_TEST(says(mixed, "join these by `and`"));
}

// Two threads wait in a read, and there is room for what is known of one.
BOOST_AUTO_TEST_CASE(calls_of_which_too_many_are_in_progress_are_counted) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const bpf::unique_fd reads{ends[0]};
  const bpf::unique_fd writes{ends[1]};
  probing tested{
      {.event = "syscall:read", .where = "fd == " + std::to_string(reads.get()), .pid = me, .calls = 1}};
  const auto read_one = [&] {
    char byte = 0;
    return ::read(reads.get(), &byte, 1);
  };
  std::array<std::thread, 2> waiting{std::thread{read_one}, std::thread{read_one}};
  while (account(*tested.source).seen < 1) std::this_thread::yield();  // the second one's entry was refused
  BOOST_TEST(account(*tested.source).lost[records::cause::unpaired] == 1U);
  BOOST_TEST(::write(writes.get(), "xx", 2) == 2);
  for (auto& one : waiting) one.join();
  const auto all = tested.read();
  BOOST_TEST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].number("ret") == 1);
  BOOST_TEST(account(*tested.source).balances());
}

BOOST_AUTO_TEST_CASE(a_probe_that_is_loaded_records_once_it_is_attached) {
  const auto options = opens();
  auto loaded = std::move(probes::load({&options, 1}).front());
  const auto source = loaded.take_source();
  open_at("x");
  BOOST_TEST(account(*source).seen == 0U);
  loaded.attach();
  loaded.attach();
  open_at("x");
  BOOST_TEST(account(*source).seen == 1U);
  BOOST_TEST((error_of([&] { loaded.take_source(); }).code() == bpf::errc::closed));
}

// --- fields by BTF

BOOST_AUTO_TEST_CASE(paths_lead_through_the_kernels_structs) {
  auto options = opens();
  options.fields = {"filename",        "parent=task.real_parent.tgid",
                    "task.comm",       "task.mm.arg_start",
                    "task.exit_state", "task.mm.owner.pid"};
  probing tested{options};
  open_at("x");
  const auto all = tested.read();
  BOOST_TEST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all[0].text("filename") == "x");
  BOOST_TEST(all[0].number("parent") == ::getppid());
  BOOST_TEST(all[0].text("task_comm") == "kernel_trace_te");
  BOOST_TEST(all[0].number("task_mm_arg_start") > 0);
  BOOST_TEST(all[0].number("task_exit_state") == 0);
  BOOST_TEST(all[0].number("unreadable_bits") == 0);
}

// --- what is refused, before anything is loaded

BOOST_AUTO_TEST_CASE(what_there_is_not_names_its_nearest) {
  const auto refused = [&](const probes::trace_options& options) {
    return error_of([&] { static_cast<void>(probes::trace(options)); });
  };
  struct row {
    probes::trace_options options;
    bpf::errc why;
    const char* says;
  };
  for (const auto& [options, why, text] :
       {row{{.event = "syscalls:sys_enter_opennat"}, bpf::errc::not_found, "sys_enter_openat"},
        row{{.event = "sycalls:sys_enter_openat"}, bpf::errc::not_found, "similar names: syscalls"},
        row{{.event = "openat"}, bpf::errc::invalid_expression, "category:name"},
        row{{.event = "../x:y"}, bpf::errc::invalid_expression, "category:name"},
        row{{.event = "syscalls:sys_enter_openat", .fields = {"filname"}}, bpf::errc::not_found, "filename"},
        row{{.event = "syscalls:sys_enter_openat", .fields = {"task.real_parnt.tgid"}},
            bpf::errc::not_found,
            "real_parent"},
        row{{.event = "syscalls:sys_enter_openat", .where = "flag == 1"}, bpf::errc::not_found, "flags"},
        row{{.event = "syscalls:sys_enter_openat", .where = "flags = 1"},
            bpf::errc::invalid_expression,
            "column 7"},
        row{{.event = "syscalls:sys_enter_openat", .sample = 0}, bpf::errc::invalid_expression, "sample"},
        row{{.event = "syscalls:sys_enter_openat", .limits = {.text = 20'000}},
            bpf::errc::not_supported,
            "16384"},
        row{{.event = "syscalls:sys_enter_openat", .limits = {.text = 8000}, .ring_bytes = 4096},
            bpf::errc::not_supported,
            "make it larger"}}) {
    const auto thrown = refused(options);
    BOOST_TEST((thrown.code() == why));
    BOOST_TEST(says(thrown, text));
  }
}

BOOST_AUTO_TEST_SUITE_END()
