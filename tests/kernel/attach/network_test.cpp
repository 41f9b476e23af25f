// Programs that see packets and sockets, in a network of their own.
#include "network.hpp"

#include "counting.hpp"
#include "device_pair.hpp"
#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "kernel_features.hpp"
#include "mounts.hpp"
#include "run.hpp"

#include <aiobpf/bpf/attach/cgroup.hpp>
#include <aiobpf/bpf/attach/netfilter.hpp>
#include <aiobpf/bpf/attach/netkit.hpp>
#include <aiobpf/bpf/attach/netns.hpp>
#include <aiobpf/bpf/attach/reuseport.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/socket_filter.hpp>
#include <aiobpf/bpf/attach/sockmap.hpp>
#include <aiobpf/bpf/attach/tc.hpp>
#include <aiobpf/bpf/attach/tcx.hpp>
#include <aiobpf/bpf/attach/xdp.hpp>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <optional>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// Where network.bpf.c counts.
enum place : std::uint32_t {
  by_xdp,
  by_tc,
  by_tcx,
  by_cgroup_skb,
  by_connect4,
  by_sockops,
  by_socket_filter,
  by_reuseport,
  by_sk_lookup,
  by_sk_msg,
  by_sk_skb,
  by_netfilter,
  by_second_xdp,
  by_netkit,
  by_frames,
  by_flow_dissector,
};

bpf::object load_network(std::initializer_list<const char*> programs = {}) {
  auto file = open_only("network", programs);
  file.set_rodata("counted_port", test_port);
  return std::move(file).load();
}

// Each of ten packets is counted while it is attached, and none later.
template <class Options>
void check_packets(const bpf::object& object, const char* program, place where, const Options& options) {
  datagrams udp;
  const auto before = counted_at(object, where);
  bpf::link link = attach(object.program(program), options);
  udp.exchange(10);
  link.detach();
  udp.exchange(10);
  BOOST_TEST(counted_at(object, where) == before + 10U);
}

template <class Options>
bpf::error error_for(const bpf::object& object, const char* program, const Options& options) {
  return error_of([&] { static_cast<void>(attach(object.program(program), options)); });
}

std::string cgroup_mount() {
  const auto mounted = bpf::mount_point("cgroup2");
  BOOST_REQUIRE(!mounted.empty());
  return mounted;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(interfaces, *needs_bpf() * boost::unit_test::fixture<own_network>())

BOOST_AUTO_TEST_CASE(an_interface_is_named_or_numbered) {
  const auto object = load_network();
  check_packets(object, "on_xdp", by_xdp, bpf::xdp_options{"lo"});
  check_packets(object, "on_xdp", by_xdp, bpf::xdp_options{1U, bpf::xdp_mode::generic});
  for (const bpf::network_interface& wrong :
       {bpf::network_interface{"no_such"}, bpf::network_interface{0U}}) {
    const auto thrown = error_for(object, "on_xdp", bpf::xdp_options{wrong});
    BOOST_TEST(thrown.code() == errno_code(ENODEV));
    BOOST_TEST(says(thrown, "no such network interface"));
  }
  BOOST_TEST(error_for(object, "on_xdp", bpf::xdp_options{4711U}).code() == errno_code(ENODEV));
}

BOOST_AUTO_TEST_CASE(an_interface_has_one_xdp_program_and_a_driver_its_modes) {
  const auto object = load_network();
  const auto link = attach(object.program("on_xdp"), bpf::xdp_options{"lo"});
  const auto busy = error_for(object, "on_second_xdp", bpf::xdp_options{"lo"});
  BOOST_TEST(says(busy, "update() that one's link"));
  const auto native = error_for(load_network(), "on_xdp", bpf::xdp_options{"lo", bpf::xdp_mode::offload});
  BOOST_TEST(says(native, "attach on_xdp to lo: "));
}

BOOST_AUTO_TEST_CASE(traffic_control_filters_both_directions) {
  const auto object = load_network();
  check_packets(object, "on_tc", by_tc, bpf::tc_options{"lo"});
  check_packets(object, "on_tc", by_tc, bpf::tc_options{"lo", bpf::packet_direction::egress, 7});
  BOOST_TEST(error_for(object, "on_tc", bpf::tc_options{"no_such"}).code() == errno_code(ENODEV));
}

BOOST_AUTO_TEST_CASE(a_filter_stays_when_its_link_is_disconnected) {
  const auto object = load_network();
  datagrams udp;
  auto link = attach(object.program("on_tc"), bpf::tc_options{"lo"});
  BOOST_TEST(link.native_handle() == -1);
  link.disconnect();
  BOOST_TEST(!link.is_attached());
  udp.exchange(10);
  BOOST_TEST(counted_at(object, by_tc) == 10U);
}

BOOST_AUTO_TEST_CASE(tcx_is_there_or_the_kernel_is_said_to_be_too_old) {
  const auto object = load_network();
  if (!is_kernels_symbol("tcx_link_attach")) {
    const auto thrown = error_for(object, "on_tcx", bpf::tcx_options{"lo"});
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "it needs kernel 6.6"));
    return;
  }
  check_packets(object, "on_tcx", by_tcx, bpf::tcx_options{"lo"});
  check_packets(object, "on_tc", by_tc, bpf::tcx_options{"lo", bpf::packet_direction::egress, true});
}

BOOST_AUTO_TEST_CASE(a_driver_runs_the_program_itself) {
  BOOST_REQUIRE(make_device_pair("veth", "veth_a", "veth_b") == 0);
  const auto object = load_network();
  const auto link = attach(object.program("each_frame"), bpf::xdp_options{"veth_b", bpf::xdp_mode::native});
  const auto before = counted_at(object, by_frames);  // of the kernel's own
  for (int i = 0; i < 10; ++i) send_frame("veth_a");
  const auto end = std::chrono::steady_clock::now() + watchdog;
  while (counted_at(object, by_frames) < before + 10 && std::chrono::steady_clock::now() < end) {
  }
  BOOST_TEST(counted_at(object, by_frames) >= before + 10U);
}

BOOST_AUTO_TEST_CASE(netkit_wants_its_own_devices) {
  const auto object = load_network({"on_netkit"});
  const auto thrown = error_for(object, "on_netkit", bpf::netkit_options{"lo"});
  if (make_device_pair("netkit", "nk_a", "nk_b") != 0) {
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, "6.7"));
    return;
  }
  BOOST_TEST(thrown.code() == errno_code(ENXIO));
  BOOST_TEST(says(thrown, "it is not a netkit device"));
  auto link = attach(object.program("on_netkit"), bpf::netkit_options{"nk_a"});
  const auto before = counted_at(object, by_netkit);
  for (int i = 0; i < 10; ++i) send_frame("nk_a");
  BOOST_TEST(counted_at(object, by_netkit) >= before + 10U);
}

BOOST_AUTO_TEST_CASE(netfilter_is_there_or_the_kernel_is_said_to_be_too_old) {
  if (!is_kernels_symbol("bpf_nf_link_attach")) {
    // Older kernels refuse the program, before it could be attached.
    BOOST_TEST(says(error_of([] { load_network({"on_netfilter"}); }), "load network.bpf.o"));
    return;
  }
  const auto object = load_network({"on_netfilter"});
  check_packets(object, "on_netfilter", by_netfilter, bpf::netfilter_options{.priority = -5});
  const auto link = attach(object.program("on_netfilter"), bpf::netfilter_options{.priority = -5});
  BOOST_TEST(
      says(error_for(object, "on_netfilter", bpf::netfilter_options{.priority = -5}), "choose another"));
  BOOST_TEST(link.info().type == "netfilter");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(groups_and_sockets, *needs_bpf() * boost::unit_test::fixture<own_network>())

BOOST_AUTO_TEST_CASE(a_control_group_is_a_path_or_a_descriptor_and_has_many_programs) {
  const auto object = load_network();
  check_packets(object, "on_cgroup_skb", by_cgroup_skb, bpf::cgroup_options{cgroup_mount()});
  const bpf::unique_fd folder{::open(cgroup_mount().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const auto first = attach(object.program("on_cgroup_skb"), bpf::cgroup_options{.fd = folder.get()});
  const auto second =
      attach(load_network().program("on_cgroup_skb"), bpf::cgroup_options{.fd = folder.get()});
  datagrams{}.exchange(10);
  BOOST_TEST(counted_at(object, by_cgroup_skb) == 20U);
}

BOOST_AUTO_TEST_CASE(connections_of_a_control_group) {
  const auto object = load_network();
  const auto connecting = attach(object.program("on_connect4"), bpf::cgroup_options{cgroup_mount()});
  const auto established = attach(object.program("on_sockops"), bpf::cgroup_options{cgroup_mount()});
  for (int i = 0; i < 3; ++i) connected_pair();
  BOOST_TEST(counted_at(object, by_connect4) == 3U);
  BOOST_TEST(counted_at(object, by_sockops) == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_control_group_is_named) {
  const auto object = load_network();
  BOOST_TEST(says(error_for(object, "on_cgroup_skb", bpf::cgroup_options{"/no/such"}),
                  "attach on_cgroup_skb to the control group /no/such: No such file or directory"));
  BOOST_TEST(
      says(error_for(object, "on_cgroup_skb", bpf::cgroup_options{"/tmp"}), "not a folder of a cgroup2"));
}

BOOST_AUTO_TEST_CASE(a_socket_has_a_filter_until_the_link_ends) {
  const auto object = load_network();
  datagrams udp;
  auto link = attach(object.program("on_socket"), bpf::socket_filter_options{udp.receiver()});
  udp.exchange(10);
  link.detach();
  udp.exchange(10);
  BOOST_TEST(counted_at(object, by_socket_filter) == 10U);
  BOOST_TEST(says(error_for(object, "on_socket", bpf::socket_filter_options{0}),
                  "attach on_socket to the socket 0"));
  BOOST_TEST(error_for(object, "on_socket", bpf::socket_filter_options{-1}).code() == errno_code(EBADF));
}

BOOST_AUTO_TEST_CASE(sockets_that_share_a_port_are_chosen_among) {
  const auto object = load_network();
  datagrams udp;
  auto link = attach(object.program("on_reuseport"), bpf::reuseport_options{udp.receiver()});
  udp.exchange(10);
  link.detach();
  udp.exchange(10);
  BOOST_TEST(counted_at(object, by_reuseport) == 10U);
}

BOOST_AUTO_TEST_CASE(sockets_are_looked_up_in_this_network_namespace) {
  const auto object = load_network();
  check_packets(object, "on_sk_lookup", by_sk_lookup, bpf::netns_options{});
  const bpf::unique_fd own{::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
  check_packets(object, "on_sk_lookup", by_sk_lookup, bpf::netns_options{.fd = own.get()});
  BOOST_TEST(says(error_for(object, "on_sk_lookup", bpf::netns_options{"/no/such"}), "No such file"));
}

BOOST_AUTO_TEST_CASE(flows_are_dissected_in_this_network_namespace) {
  const auto object = load_network();
  const auto asks = attach(object.program("ask_flow"), bpf::tc_options{"lo"});
  check_packets(object, "on_flow_dissector", by_flow_dissector, bpf::netns_options{});
}

BOOST_AUTO_TEST_CASE(a_link_that_ends_in_a_child_leaves_the_parents_program_attached) {
  const auto object = load_network();
  datagrams udp;
  const auto check = [&](place where, bpf::link made) {
    std::optional<bpf::link> link{std::move(made)};
    BOOST_TEST(in_child([&] {
                 link.reset();
                 return "";
               }) == "");
    const auto before = counted_at(object, where);
    udp.exchange(10);
    BOOST_TEST(counted_at(object, where) == before + 10U);
  };
  check(by_xdp, attach(object.program("on_xdp"), bpf::xdp_options{"lo"}));
  check(by_tc, attach(object.program("on_tc"), bpf::tc_options{"lo"}));
  check(by_socket_filter, attach(object.program("on_socket"), bpf::socket_filter_options{udp.receiver()}));
  check(by_sk_lookup, attach(object.program("on_sk_lookup"), bpf::netns_options{}));
}

BOOST_AUTO_TEST_CASE(a_map_of_sockets_has_programs) {
  const auto object = load_network();
  const auto [client, server] = connected_pair();
  const auto sockets = object.map("sockets");
  auto sent = attach(object.program("on_sk_msg"), bpf::sockmap_options{sockets});
  auto received = attach(object.program("on_sk_skb"), bpf::sockmap_options{sockets});
  std::uint32_t index = 0;
  for (const auto* end : {&client, &server}) {
    const auto descriptor = static_cast<std::uint64_t>(end->get());
    sockets.update(raw(index), raw(descriptor));
    ++index;
  }
  char byte = 1;
  BOOST_REQUIRE(::send(client.get(), &byte, 1, 0) == 1);
  BOOST_REQUIRE(::recv(server.get(), &byte, 1, 0) == 1);
  BOOST_TEST(counted_at(object, by_sk_msg) == 1U);
  BOOST_TEST(counted_at(object, by_sk_skb) == 1U);
  sent.detach();
  received.detach();
  const auto counts = object.map("counts");
  BOOST_TEST(says(error_for(object, "on_sk_msg", bpf::sockmap_options{counts}), "only sockmap and sockhash"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sections, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_section_that_names_no_place_names_the_call) {
  const auto object = load_network();
  for (const auto& [program, call] : {std::pair{"on_xdp", "attach_xdp"},
                                      {"on_tc", "attach_tc"},
                                      {"on_tcx", "attach_tcx"},
                                      {"on_cgroup_skb", "attach_cgroup"},
                                      {"on_connect4", "attach_cgroup"},
                                      {"on_sockops", "attach_cgroup"},
                                      {"on_socket", "attach_socket_filter"},
                                      {"on_reuseport", "attach_reuseport"},
                                      {"on_sk_lookup", "attach_netns"},
                                      {"on_sk_msg", "attach_sockmap"},
                                      {"on_sk_skb", "attach_sockmap"}}) {
    const auto thrown = error_of([&, name = program] { static_cast<void>(attach(object.program(name))); });
    BOOST_TEST((thrown.code() == bpf::errc::not_supported));
    BOOST_TEST(says(thrown, call));
    BOOST_TEST(!says(thrown, "raw_tp"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
