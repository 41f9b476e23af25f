#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace aiobpf::tests {

/// A request to the kernel's rtnetlink, built from its end on.
class rtnetlink_request {
public:
  template <class Body>
  explicit rtnetlink_request(std::uint16_t type, const Body& body) {
    header_.nlmsg_type = type;
    header_.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    append(body);
  }

  template <class Body>
  void append(const Body& body) {
    std::memcpy(bytes_.data() + size_, &body, sizeof(body));
    size_ += NLMSG_ALIGN(sizeof(body));
  }
  void append(std::uint16_t attribute, const std::string& text) {
    const auto begin = open(attribute);
    std::memcpy(bytes_.data() + size_, text.c_str(), text.size() + 1);
    size_ += NLMSG_ALIGN(text.size() + 1);
    close(begin, text.size() + 1);
  }

  /// An attribute that contains what is appended until close().
  std::size_t open(std::uint16_t attribute) {
    const auto begin = size_;
    ::rtattr header{};
    header.rta_type = attribute;
    append(header);
    return begin;
  }
  void close(std::size_t begin) { close(begin, size_ - begin - sizeof(::rtattr)); }

  /// 0, or an errno.
  int send() {
    const bpf::unique_fd socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    header_.nlmsg_len = static_cast<std::uint32_t>(sizeof(header_) + size_);
    std::array<char, 2048> message;
    std::memcpy(message.data(), &header_, sizeof(header_));
    std::memcpy(message.data() + sizeof(header_), bytes_.data(), size_);
    if (::send(socket.get(), message.data(), header_.nlmsg_len, 0) < 0) return errno;
    struct {
      ::nlmsghdr header;
      ::nlmsgerr error;
      char rest[1024];
    } answer;
    BOOST_REQUIRE(::recv(socket.get(), &answer, sizeof(answer), 0) > 0);
    return -answer.error.error;
  }

private:
  void close(std::size_t begin, std::size_t length) {
    ::rtattr header;
    std::memcpy(&header, bytes_.data() + begin, sizeof(header));
    header.rta_len = static_cast<std::uint16_t>(sizeof(header) + length);
    std::memcpy(bytes_.data() + begin, &header, sizeof(header));
  }

  ::nlmsghdr header_{};
  std::array<char, 1024> bytes_{};
  std::size_t size_ = 0;
};

inline void bring_up(const std::string& name) {
  const bpf::unique_fd any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ::ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP;
  BOOST_REQUIRE(::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0);
}

/// Makes two devices of a kind ("veth", "netkit") that send to one another, and brings them up: 0, or an
/// errno (EOPNOTSUPP: the kernel has no such devices).
inline int make_device_pair(const std::string& kind, const std::string& name, const std::string& peer) {
  rtnetlink_request request{RTM_NEWLINK, ::ifinfomsg{}};
  request.append(IFLA_IFNAME, name);
  const auto info = request.open(IFLA_LINKINFO);
  request.append(IFLA_INFO_KIND, kind);
  const auto data = request.open(IFLA_INFO_DATA);
  const auto other = request.open(VETH_INFO_PEER);  // IFLA_NETKIT_PEER_INFO has the same number
  request.append(::ifinfomsg{});
  request.append(IFLA_IFNAME, peer);
  request.close(other);
  request.close(data);
  request.close(info);
  if (const int failed = request.send()) return failed;
  bring_up(name);
  bring_up(peer);
  return 0;
}

/// Sends a frame of 64 zero bytes out of a device.
inline void send_frame(const std::string& name) {
  const bpf::unique_fd raw{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)};
  ::sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(::if_nametoindex(name.c_str()));
  const std::array<char, 64> frame{};
  BOOST_REQUIRE(::sendto(raw.get(), frame.data(), frame.size(), 0, reinterpret_cast<const ::sockaddr*>(&to),
                         sizeof(to)) == static_cast<::ssize_t>(frame.size()));
}

}  // namespace aiobpf::tests
