// What a link does beyond attaching, and what is known of programs.
#include "counting.hpp"
#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "network.hpp"
#include "probed.h"

#include <aiobpf/bpf/attach/cgroup.hpp>
#include <aiobpf/bpf/attach/netns.hpp>
#include <aiobpf/bpf/attach/raw_tracepoint.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/sockmap.hpp>
#include <aiobpf/bpf/attach/uprobe.hpp>
#include <aiobpf/bpf/attach/usdt.hpp>
#include <aiobpf/bpf/attach/xdp.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Where probes.bpf.c and network.bpf.c count.
constexpr std::uint32_t by_raw_tracepoint = 8;
constexpr std::uint32_t by_xdp = 0;
constexpr std::uint32_t by_second_xdp = 12;

const std::string library = bpf_object_path("x").parent_path() / "libprobed.so";

bpf::object load_raw_tracepoint() {
  auto file = open_only("probes", {"on_raw_tracepoint"});
  file.set_rodata("counted_syscall", std::int64_t{SYS_getppid});
  auto object = std::move(file).load();
  object.program("watch_me").run();
  return object;
}

bpf::object load_network() {
  auto file = open_only("network", {});
  file.set_rodata("counted_port", test_port);
  return std::move(file).load();
}

bpf::link attach_raw_tracepoint(const bpf::object& object) {
  return attach(object.program("on_raw_tracepoint"), bpf::raw_tracepoint_options{"sys_enter"});
}

std::uint64_t calls(const bpf::object& object) {
  const auto before = counted_at(object, by_raw_tracepoint);
  call_getppid(10);
  return counted_at(object, by_raw_tracepoint) - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pins, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_pinned_link_stays_attached_and_is_opened_again) {
  temporary_mount bpffs{"bpf"};
  const auto path = bpffs.path() / "link";
  const auto object = load_raw_tracepoint();
  {
    const auto link = attach_raw_tracepoint(object);
    link.pin(path);
  }
  BOOST_TEST(calls(object) == 10U);
  {
    auto again = bpf::link::open_pinned(path);
    BOOST_TEST(again.info().type == "raw_tracepoint");
    again.unpin(path);
    BOOST_TEST(calls(object) == 10U);
  }
  BOOST_TEST(calls(object) == 0U);
}

BOOST_AUTO_TEST_CASE(a_pinned_link_outlives_the_process_that_attached_it) {
  temporary_mount bpffs{"bpf"};
  const auto path = bpffs.path() / "link";
  const auto object = load_raw_tracepoint();
  BOOST_TEST(in_child([&]() -> std::string {
               auto link = attach_raw_tracepoint(object);
               link.pin(path);
               ::_exit(0);
             }) == "");
  BOOST_TEST(calls(object) == 10U);
  auto again = bpf::link::open_pinned(path);
  again.unpin(path);
}

BOOST_AUTO_TEST_CASE(a_uprobe_is_pinned_and_a_usdt_probe_is_not) {
  temporary_mount bpffs{"bpf"};
  const auto object = load_only("probes", {"on_uprobe", "on_usdt"});
  const auto uprobe = attach(object.program("on_uprobe"), bpf::uprobe_options{library, "probed_first"});
  uprobe.pin(bpffs.path() / "uprobe");
  uprobe.unpin(bpffs.path() / "uprobe");
  const auto usdt = attach(object.program("on_usdt"), bpf::usdt_options{library, "aiobpf", "probed"});
  const auto thrown = error_of([&] { usdt.pin(bpffs.path() / "usdt"); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "no link of this kind"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_pin_is_named) {
  temporary_mount bpffs{"bpf"};
  temporary_directory elsewhere;
  const auto object = load_raw_tracepoint();
  auto link = attach_raw_tracepoint(object);
  BOOST_TEST(says(error_of([&] { link.pin(elsewhere.path() / "link"); }), "mount -t bpf bpf /sys/fs/bpf"));
  link.pin(bpffs.path() / "link");
  BOOST_TEST(error_of([&] { link.pin(bpffs.path() / "link"); }).code() == errno_code(EEXIST));
  BOOST_TEST(error_of([&] { link.unpin(bpffs.path() / "none"); }).code() == errno_code(ENOENT));
  BOOST_TEST(error_of([&] { bpf::link::open_pinned(bpffs.path() / "none"); }).code() == errno_code(ENOENT));
  object.program("on_raw_tracepoint").pin(bpffs.path() / "program");
  const auto other = error_of([&] { bpf::link::open_pinned(bpffs.path() / "program"); });
  BOOST_TEST((other.code() == bpf::errc::wrong_type));
  object.program("on_raw_tracepoint").unpin(bpffs.path() / "program");
  link.unpin(bpffs.path() / "link");
  link.detach();
  const auto late = error_of([&] { link.pin(bpffs.path() / "late"); });
  BOOST_TEST((late.code() == bpf::errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(updates, *needs_bpf() * boost::unit_test::fixture<own_network>())

BOOST_AUTO_TEST_CASE(an_update_leaves_no_packet_unseen) {
  const auto object = load_network();
  datagrams udp;
  auto link = attach(object.program("on_xdp"), bpf::xdp_options{"lo", bpf::xdp_mode::generic});
  udp.exchange(10);
  link.update(object.program("on_second_xdp"));
  udp.exchange(10);
  BOOST_TEST(counted_at(object, by_xdp) == 10U);
  BOOST_TEST(counted_at(object, by_second_xdp) == 10U);
  BOOST_TEST(link.info().program == object.program("on_second_xdp").info().id);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_updated_is_told_apart) {
  const auto object = load_network();
  auto link = attach(object.program("on_xdp"), bpf::xdp_options{"lo"});
  BOOST_TEST(error_of([&] { link.update(object.program("on_tc")); }).code() == errno_code(EINVAL));
  const auto traced = load_raw_tracepoint();
  auto tracepoint = attach_raw_tracepoint(traced);
  const auto thrown = error_of([&] { tracepoint.update(traced.program("on_raw_tracepoint")); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "a link of this kind keeps its program"));
}

BOOST_AUTO_TEST_CASE(a_link_says_what_it_is) {
  const auto object = load_network();
  const auto xdp = attach(object.program("on_xdp"), bpf::xdp_options{"lo"});
  const auto info = xdp.info();
  BOOST_TEST(info.id > 0U);
  BOOST_TEST(info.type == "xdp");
  BOOST_TEST(info.target == "interface 1");
  BOOST_TEST(info.program == object.program("on_xdp").info().id);
  const auto lookups = attach(object.program("on_sk_lookup"), bpf::netns_options{});
  BOOST_TEST(lookups.info().type == "netns");
  BOOST_TEST(lookups.info().target.starts_with("netns 4"));
  const auto group =
      attach(object.program("on_cgroup_skb"), bpf::cgroup_options{bpf::mount_point("cgroup2")});
  BOOST_TEST(group.info().type == "cgroup");
  const auto traced = load_raw_tracepoint();
  const auto tracepoint = attach_raw_tracepoint(traced);
  BOOST_TEST(tracepoint.info().target == "sys_enter");
}

BOOST_AUTO_TEST_CASE(only_what_the_kernel_keeps_is_disconnected) {
  const auto object = load_network();
  auto xdp = attach(object.program("on_xdp"), bpf::xdp_options{"lo"});
  const auto thrown = error_of([&] { xdp.disconnect(); });
  BOOST_TEST((thrown.code() == bpf::errc::not_supported));
  BOOST_TEST(says(thrown, "pin() the link to keep it"));
  BOOST_TEST(xdp.is_attached());
  const auto sockets = object.map("sockets");
  auto verdict = attach(object.program("on_sk_msg"), bpf::sockmap_options{sockets});
  verdict.disconnect();
  BOOST_TEST(!verdict.is_attached());
  BOOST_TEST((error_of([&] { verdict.disconnect(); }).code() == bpf::errc::closed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(programs, *needs_bpf())

BOOST_AUTO_TEST_CASE(the_kernel_knows_a_program) {
  const auto object = load_raw_tracepoint();
  const auto info = object.program("on_raw_tracepoint").info();
  BOOST_TEST(info.id > 0U);
  BOOST_TEST(info.name == "on_raw_tracepoi");  // 15 characters
  BOOST_TEST(info.tag.size() == 16U);
  BOOST_TEST(info.tag.find_first_not_of("0123456789abcdef") == info.tag.npos);
  BOOST_TEST(info.created_by == 0U);
  BOOST_TEST(info.loaded_at > 0U);
  BOOST_TEST(info.instructions_bytes % 8 == 0U);
  BOOST_TEST(info.maps.size() == 3U);  // counts, watched, .rodata
  BOOST_TEST(info.tag == load_raw_tracepoint().program("on_raw_tracepoint").info().tag);
  BOOST_TEST(info.tag != object.program("watch_me").info().tag);
}

BOOST_AUTO_TEST_CASE(runs_are_counted_while_someone_asks_for_it) {
  const auto object = load_only("network", {});
  const auto program = object.program("on_xdp");
  const std::array<std::byte, 64> packet{};
  program.run({.data = packet});
  BOOST_TEST(program.info().run_count == 0U);
  {
    const bpf::run_statistics counted;
    for (int i = 0; i < 10; ++i) object.program("watch_me").run();
  }
  const auto info = object.program("watch_me").info();
  BOOST_TEST(info.run_count == 10U);
  BOOST_TEST(info.run_nanoseconds > 0U);
  object.program("watch_me").run();
  BOOST_TEST(object.program("watch_me").info().run_count == 10U);
}

BOOST_AUTO_TEST_CASE(a_program_is_tried_with_a_packet) {
  auto file = open_only("network", {});
  file.set_rodata("counted_port", test_port);
  const auto object = std::move(file).load();
  std::array<std::byte, 64> packet{};
  packet[23] = std::byte{17};              // UDP
  packet[36] = std::byte{test_port >> 8};  // to the port
  packet[37] = std::byte{test_port & 255};
  const auto result = object.program("on_xdp").run({.data = packet, .repeat = 1000});
  BOOST_TEST(result.value == 2U);  // XDP_PASS
  BOOST_TEST(result.data.size() == packet.size());
  BOOST_TEST((std::memcmp(result.data.data(), packet.data(), packet.size()) == 0));
  BOOST_TEST(counted_at(object, by_xdp) == 1000U);
  BOOST_TEST(object.program("on_socket").run({.data = packet}).value == 64U - 14U);
}

BOOST_AUTO_TEST_CASE(a_pinned_program_stays_loaded) {
  temporary_mount bpffs{"bpf"};
  std::optional<bpf::object> object{load_only("network", {})};
  const auto path = bpffs.path() / "program";
  object->program("on_xdp").pin(path);
  BOOST_TEST(std::filesystem::exists(path));
  object.reset();
  BOOST_TEST(std::filesystem::exists(path));
  const auto other = load_only("network", {});
  other.program("on_xdp").unpin(path);
  BOOST_TEST(!std::filesystem::exists(path));
  const auto file = open_only("network", {});
  const auto early = error_of([&] { file.program("on_xdp").pin(path); });
  BOOST_TEST((early.code() == bpf::errc::wrong_phase));
  BOOST_TEST((error_of([&] { file.program("on_xdp").info(); }).code() == bpf::errc::wrong_phase));
}

BOOST_AUTO_TEST_SUITE_END()
