#include <aiobpf/bpf/error.hpp>
#include <aiobpf/rings/user_ring.hpp>

#include <cstring>
#include <string>

namespace aiobpf::rings {

bool user_ring::write(std::span<const std::byte> record) {
  const auto room = reserve(record.size());
  if (room.why == ring_writer::refusal::oversize) {
    throw bpf::error{bpf::errc::wrong_size,
                     "write into a user ring: a record of " + std::to_string(record.size()) +
                         " bytes and 8 more never fits into " + std::to_string(size())};
  }
  if (room.record == nullptr) return false;
  if (!record.empty()) std::memcpy(room.record, record.data(), record.size());
  submit(room.record);
  return true;
}

}  // namespace aiobpf::rings
