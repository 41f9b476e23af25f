#include <aiobpf/bpf/error.hpp>
#include <aiobpf/rings/event_array.hpp>

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace aiobpf::rings {
namespace {

// Our own open file: the kernel takes the events of one out of the map when it is closed.
bpf::unique_fd open_again(const bpf::map& map) {
  ::bpf_attr wanted{};
  wanted.map_id = map.id();
  bpf::unique_fd fd{static_cast<int>(::syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &wanted, sizeof(wanted)))};
  return fd ? std::move(fd) : bpf::unique_fd::duplicate(map.native_handle());
}

const bpf::map& check(const bpf::map& map) {
  if (map.type() == BPF_MAP_TYPE_PERF_EVENT_ARRAY) return map;
  throw bpf::error{bpf::errc::wrong_type, "read perf buffer '" + map.name() + "': the map is a '" +
                                              map.type_name() +
                                              "'; a BPF_MAP_TYPE_PERF_EVENT_ARRAY is needed"};
}

}  // namespace

event_array::event_array(const bpf::map& map) : map_(open_again(check(map)), map.name()) {}

bool event_array::put(const perf_event& event) const noexcept {
  const auto cpu = static_cast<std::uint32_t>(event.cpu());
  const int value = event.native_handle();
  ::bpf_attr wanted{};
  wanted.map_fd = static_cast<std::uint32_t>(map_.native_handle());
  wanted.key = reinterpret_cast<std::uintptr_t>(&cpu);
  wanted.value = reinterpret_cast<std::uintptr_t>(&value);
  return ::syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &wanted, sizeof(wanted)) == 0;
}

}  // namespace aiobpf::rings
