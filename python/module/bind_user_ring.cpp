#include "bindings.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/rings/user_ring.hpp>

#include <sys/epoll.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

/// A user ring and the descriptor by which a loop waits for room. Its records are known by number: what
/// Python holds cannot get at the memory of a record that was submitted.
class user_ring {
public:
  explicit user_ring(const bpf::map& map) : ring_(map), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    ::epoll_event event{};
    event.events = EPOLLOUT | EPOLLET;  // each time that a program took records
    if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, ring_.native_handle(), &event) != 0)
      bpf::throw_system_call(errno, "wait for room in a user ring");
  }

  int fd() const noexcept { return epoll_.get(); }
  std::size_t size() const noexcept { return ring_.size(); }
  std::size_t unread() const noexcept { return ring_.unread(); }
  void quiet() noexcept {
    ::epoll_event told;
    ::epoll_wait(epoll_.get(), &told, 1, 0);
  }

  bool write(const py::object& data) {
    const bytes_argument bytes{data};
    return translated("BpfMapError", [&] { return ring_.write(bytes.get()); });
  }

  /// A number, or None when there is no room now.
  py::object reserve(std::size_t bytes) {
    return translated("BpfMapError", [&] {
      const auto room = ring_.reserve(bytes);
      if (room.why == rings::ring_writer::refusal::oversize) {
        throw bpf::error{bpf::errc::wrong_size, "reserve a record of a user ring: " + std::to_string(bytes) +
                                                    " bytes and 8 more never fits into " +
                                                    std::to_string(size())};
      }
      if (room.record == nullptr) return py::object{};
      records_.emplace(++last_, record{room.record, bytes});
      return py::object{last_};
    });
  }

  void submit(std::uint64_t number, const py::object& data) {
    const bytes_argument bytes{data};
    translated("BpfMapError", [&] {
      const record one = take(number);
      if (bytes.get().size() != one.bytes) {
        ring_.discard(one.room);
        throw bpf::error{bpf::errc::wrong_size,
                         "submit a record of " + std::to_string(one.bytes) + " bytes: its data has " +
                             std::to_string(bytes.get().size()) + " now; it was discarded"};
      }
      if (one.bytes > 0) std::memcpy(one.room, bytes.get().data(), one.bytes);
      ring_.submit(one.room);
    });
  }
  void discard(std::uint64_t number) {
    translated("BpfMapError", [&] { ring_.discard(take(number).room); });
  }

private:
  struct record {
    std::byte* room;
    std::size_t bytes;
  };

  record take(std::uint64_t number) {
    const auto found = records_.find(number);
    if (found == records_.end())
      throw bpf::error{bpf::errc::closed, "the record was submitted or discarded already"};
    const record one = found->second;
    records_.erase(found);
    return one;
  }

  rings::user_ring ring_;
  bpf::unique_fd epoll_;
  std::unordered_map<std::uint64_t, record> records_;
  std::uint64_t last_ = 0;
};

std::shared_ptr<user_ring> make_user_ring(const bpf::map& map) {
  return translated("BpfMapError", [&] { return std::make_shared<user_ring>(map); });
}

}  // namespace

void bind_user_ring() {
  py::class_<user_ring, std::shared_ptr<user_ring>, boost::noncopyable>("UserRing", py::no_init)
      .add_property("fd", &user_ring::fd)
      .add_property("size", &user_ring::size)
      .def("unread", &user_ring::unread)
      .def("quiet", &user_ring::quiet)
      .def("write", &user_ring::write)
      .def("reserve", &user_ring::reserve)
      .def("submit", &user_ring::submit)
      .def("discard", &user_ring::discard);
  py::def("user_ring", make_user_ring);
}

}  // namespace aiobpf::python
