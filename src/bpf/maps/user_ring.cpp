#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/maps/user_ring.hpp>

#include "../libbpf_log.hpp"
#include "../throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace aiobpf::bpf {

// The descriptor outlives the mapping that libbpf makes of it.
struct user_ring::state {
  struct close {
    void operator()(::user_ring_buffer* ring) const noexcept { ::user_ring_buffer__free(ring); }
  };

  unique_fd fd;
  std::string name;
  std::size_t bytes = 0;
  fork_guard made;
  std::unique_ptr<::user_ring_buffer, close> ring;
};

user_ring::user_ring(const map& ring) : state_(std::make_unique<state>()) {
  const std::string step = "write into map " + ring.name();
  if (ring.type() != BPF_MAP_TYPE_USER_RINGBUF) {
    throw_error(errc::wrong_type, step, "it is a '" + ring.type_name() + "'; a user_ringbuf is needed");
  }
  state_->fd = unique_fd::duplicate(ring.native_handle());
  state_->name = ring.name();
  state_->bytes = ring.max_entries();
  libbpf_log log;
  state_->ring.reset(::user_ring_buffer__new(state_->fd.get(), nullptr));
  if (!state_->ring) throw_errno(errno, step, log.take());
}

user_ring::user_ring(user_ring&&) noexcept = default;
user_ring& user_ring::operator=(user_ring&&) noexcept = default;
user_ring::~user_ring() = default;

bool user_ring::submit(std::span<const std::byte> record) {
  const std::string step = "write into map " + state_->name;
  state_->made.check(step);
  if (record.size() > state_->bytes - BPF_RINGBUF_HDR_SZ) {
    throw_error(errc::wrong_size, step,
                "a record of " + std::to_string(record.size()) + " bytes never fits into " +
                    std::to_string(state_->bytes));
  }
  void* place = ::user_ring_buffer__reserve(state_->ring.get(), static_cast<__u32>(record.size()));
  if (place == nullptr) {
    if (errno == ENOSPC) return false;
    throw_errno(errno, step);
  }
  std::memcpy(place, record.data(), record.size());
  ::user_ring_buffer__submit(state_->ring.get(), place);
  return true;
}

}  // namespace aiobpf::bpf
