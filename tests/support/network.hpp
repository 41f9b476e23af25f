#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace aiobpf::tests {

inline constexpr std::uint16_t test_port = 4711;

/// A fixture: this process has a network of its own, with nothing but a loopback interface that is up; there
/// is no packet that the test did not send.
struct own_network {
  own_network() {
    BOOST_REQUIRE(::unshare(CLONE_NEWNET) == 0);
    const bpf::unique_fd any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ::ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    BOOST_REQUIRE(::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0);
  }
};

inline ::sockaddr_in loopback(std::uint16_t port) {
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline bpf::unique_fd bound_socket(int type, std::uint16_t port, bool shared_port = false) {
  bpf::unique_fd made{::socket(AF_INET, type | SOCK_CLOEXEC, 0)};
  const int on = 1;
  if (shared_port) BOOST_REQUIRE(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0);
  BOOST_REQUIRE(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0);
  const auto address = loopback(port);
  BOOST_REQUIRE(::bind(made.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof(address)) == 0);
  return made;
}

/// A receiver on test_port, and who sends to it.
class datagrams {
public:
  /// Sends so many packets and takes all of them out again: then every program on their way has run.
  void exchange(int times) {
    char byte = 1;
    for (int i = 0; i < times; ++i) {
      const auto to = loopback(test_port);
      BOOST_REQUIRE(
          ::sendto(sender_.get(), &byte, 1, 0, reinterpret_cast<const ::sockaddr*>(&to), sizeof(to)) == 1);
      BOOST_REQUIRE(::recv(receiver_.get(), &byte, 1, 0) == 1);
    }
  }
  int receiver() const noexcept { return receiver_.get(); }

private:
  bpf::unique_fd receiver_ = bound_socket(SOCK_DGRAM, test_port, true);
  bpf::unique_fd sender_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

/// Two ends of a TCP connection over the loopback interface.
inline std::pair<bpf::unique_fd, bpf::unique_fd> connected_pair() {
  const auto listener = bound_socket(SOCK_STREAM, test_port);
  BOOST_REQUIRE(::listen(listener.get(), 1) == 0);
  bpf::unique_fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto to = loopback(test_port);
  BOOST_REQUIRE(::connect(client.get(), reinterpret_cast<const ::sockaddr*>(&to), sizeof(to)) == 0);
  bpf::unique_fd server{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  BOOST_REQUIRE(server.get() >= 0);
  return {std::move(client), std::move(server)};
}

}  // namespace aiobpf::tests
