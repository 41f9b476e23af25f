#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"

#include <aiobpf/probes/aggregate.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

namespace bpf = aiobpf::bpf;
namespace probes = aiobpf::probes;
using namespace aiobpf::tests;
using buckets = probes::aggregate_options::buckets;

namespace {

struct fixture : with_tracefs {
  std::uint32_t me = static_cast<std::uint32_t>(::getpid());

  probes::aggregate_options opens() const { return {.events = {"syscalls:sys_enter_openat"}, .pid = me}; }
};

void open_at(const char* path, int flags = O_RDONLY | O_CLOEXEC) {
  const bpf::unique_fd opened{static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, 0))};
}

// A number of a key, by the name of its field.
std::uint64_t number(const probes::aggregate& from, const probes::aggregate_row& row, std::string_view name) {
  for (const auto& one : from.key_type()->members) {
    if (one.name != name) continue;
    std::uint64_t value = 0;
    std::memcpy(&value, row.key.data() + one.bit_offset / 8, one.type->size);
    return value;
  }
  BOOST_FAIL("no field " << name);
  return 0;
}

std::string text(const probes::aggregate& from, const probes::aggregate_row& row, std::string_view name) {
  for (const auto& one : from.key_type()->members) {
    if (one.name != name) continue;
    const auto* begin = reinterpret_cast<const char*>(row.key.data()) + one.bit_offset / 8;
    return {begin, ::strnlen(begin, one.type->size)};
  }
  BOOST_FAIL("no field " << name);
  return {};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(aggregates, fixture, *needs_bpf())

BOOST_AUTO_TEST_CASE(events_are_counted_exactly) {
  const probes::aggregate counted{opens()};
  for (int i = 0; i < 1000; ++i) open_at("x");
  const auto rows = counted.read();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].count == 1000U);
  BOOST_TEST(number(counted, rows[0], "event") == 0U);
  BOOST_TEST(counted.lost() == 0U);
}

BOOST_AUTO_TEST_CASE(keys_are_what_they_are_asked_for) {
  auto options = opens();
  options.by = {"filename", "comm", "flags", "parent=task.real_parent.tgid"};
  const probes::aggregate counted{options};
  for (int i = 0; i < 3; ++i) open_at("/a");
  for (int i = 0; i < 5; ++i) open_at("/b");
  std::map<std::string, std::uint64_t> found;
  for (const auto& row : counted.read()) {
    found[text(counted, row, "filename")] = row.count;
    BOOST_TEST(text(counted, row, "comm") == "kernel_aggregat");
    BOOST_TEST(number(counted, row, "flags") == static_cast<std::uint64_t>(O_RDONLY | O_CLOEXEC));
    BOOST_TEST(number(counted, row, "parent") == static_cast<std::uint64_t>(::getppid()));
  }
  BOOST_TEST((found == std::map<std::string, std::uint64_t>{{"/a", 3}, {"/b", 5}}));
}

BOOST_AUTO_TEST_CASE(many_events_are_in_one_table) {
  auto options = opens();
  options.events = {"syscalls:sys_enter_openat", "syscalls:sys_exit_openat", "syscalls:sys_enter_getppid"};
  const probes::aggregate counted{options};
  open_at("x");
  for (int i = 0; i < 3; ++i) ::syscall(SYS_getppid);
  std::map<std::uint64_t, std::uint64_t> found;
  for (const auto& row : counted.read()) found[number(counted, row, "event")] = row.count;
  BOOST_TEST((found == std::map<std::uint64_t, std::uint64_t>{{0, 1}, {1, 1}, {2, 3}}));
}

BOOST_AUTO_TEST_CASE(values_are_summed_up) {
  probes::aggregate_options options{.events = {"syscalls:sys_enter_lseek"}, .value = "offset", .pid = me};
  const probes::aggregate summed{options};
  for (const long value : {7L, -3L, 100L}) ::syscall(SYS_lseek, -1, value, 0);
  const auto rows = summed.read();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].count == 3U);
  BOOST_TEST(rows[0].sum == 104);
  BOOST_TEST(rows[0].least == -3);
  BOOST_TEST(rows[0].most == 100);
}

BOOST_AUTO_TEST_CASE(values_are_sorted_by_powers_of_two) {
  probes::aggregate_options options{.events = {"syscalls:sys_enter_lseek"},
                                    .by = {},
                                    .value = "offset",
                                    .sorted = buckets::log2,
                                    .pid = me};
  const probes::aggregate sorted{options};
  std::map<std::uint32_t, std::uint64_t> wanted;
  for (const long value : {-1L, 0L, 1L, 2L, 3L, 4L, 7L, 8L, 1023L, 1024L, 1L << 40, (1L << 62) + 5}) {
    ::syscall(SYS_lseek, -1, value, 0);
    std::uint32_t bits = 0;
    for (long rest = std::max(value, 0L); rest > 0; rest /= 2) ++bits;
    ++wanted[bits];
  }
  std::map<std::uint32_t, std::uint64_t> found;
  for (const auto& row : sorted.read()) found[row.bucket] += row.count;
  BOOST_TEST((found == wanted));
}

BOOST_AUTO_TEST_CASE(values_are_sorted_by_steps) {
  probes::aggregate_options options{.events = {"syscalls:sys_enter_lseek"},
                                    .by = {},
                                    .value = "offset",
                                    .sorted = buckets::linear,
                                    .least = -10,
                                    .step = 5,
                                    .steps = 4,
                                    .pid = me};
  const probes::aggregate sorted{options};
  for (const long value : {-100L, -11L, -10L, -6L, -5L, 0L, 4L, 5L, 9L, 10L, 1L << 50})
    ::syscall(SYS_lseek, -1, value, 0);
  std::map<std::uint32_t, std::uint64_t> found;
  for (const auto& row : sorted.read()) found[row.bucket] += row.count;
  BOOST_TEST((found == std::map<std::uint32_t, std::uint64_t>{{0, 4}, {1, 1}, {2, 2}, {3, 4}}));
}

BOOST_AUTO_TEST_CASE(calls_are_counted_by_what_they_began_with_and_how_they_ended) {
  probes::aggregate_options options{.events = {"syscall:openat"},
                                    .by = {"filename", "ret"},
                                    .value = "duration_ns",
                                    .where = "ret < 0",
                                    .pid = me};
  const probes::aggregate counted{options};
  for (int i = 0; i < 4; ++i) open_at("/there is none");
  open_at("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto rows = counted.read();
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].count == 4U);
  BOOST_TEST(text(counted, rows[0], "filename") == "/there is none");
  BOOST_TEST(static_cast<std::int64_t>(number(counted, rows[0], "ret")) == -ENOENT);
  BOOST_TEST(rows[0].least > 0);
  BOOST_TEST(rows[0].sum >= 4 * rows[0].least);
  BOOST_TEST(rows[0].most >= rows[0].least);
  BOOST_TEST(counted.lost() == 0U);
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_is_counted) {
  auto options = opens();
  options.by = {"filename"};
  options.keys = 4;
  const probes::aggregate counted{options};
  for (int i = 0; i < 100; ++i) open_at(std::to_string(i).c_str());
  std::uint64_t sum = 0;
  for (const auto& row : counted.read()) sum += row.count;
  BOOST_TEST(counted.read().size() == 4U);
  BOOST_TEST(sum + counted.lost() == 100U);
}

BOOST_AUTO_TEST_CASE(detached_it_counts_no_more) {
  probes::aggregate counted{opens()};
  open_at("x");
  counted.detach();
  counted.detach();
  open_at("x");
  BOOST_TEST(counted.read().at(0).count == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_counted_is_refused) {
  struct row {
    probes::aggregate_options options;
    bpf::errc why;
    const char* says;
  };
  const auto of = [](std::vector<std::string> events, std::vector<std::string> by, std::string value = {},
                     buckets sorted = buckets::none) {
    return probes::aggregate_options{
        .events = std::move(events), .by = std::move(by), .value = std::move(value), .sorted = sorted};
  };
  const std::string openat = "syscalls:sys_enter_openat";
  for (const auto& [options, why, what] :
       {row{of({}, {"event"}), bpf::errc::invalid_expression, "name an event"},
        row{of({openat}, {"filenam"}), bpf::errc::not_found, "filename"},
        row{of({openat}, {"event"}, "filename"), bpf::errc::invalid_expression, "not a number"},
        row{of({openat}, {"event"}, {}, buckets::log2), bpf::errc::invalid_expression, "name one"},
        row{of({openat, "syscalls:sys_enter_lseek"}, {"flags"}), bpf::errc::not_found, "flags"}}) {
    const auto thrown = error_of([&, given = options] { const probes::aggregate made{given}; });
    BOOST_TEST((thrown.code() == why));
    BOOST_TEST(says(thrown, what));
  }
}

BOOST_AUTO_TEST_SUITE_END()
