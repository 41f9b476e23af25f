#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/sources/ring_channel.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace aiobpf::sources {
namespace {

loop::drain_result taken_by_another() noexcept {
  return {.stop = loop::drain_stop::failed, .error = bpf::errc::ring_taken};
}

loop::drain_result ended_by(rings::ring_stop stop) noexcept {
  switch (stop) {
    case rings::ring_stop::empty: return {.stop = loop::drain_stop::empty};
    case rings::ring_stop::busy: return {.stop = loop::drain_stop::busy};
    case rings::ring_stop::limit: return {.stop = loop::drain_stop::limit};
    case rings::ring_stop::corrupt:
      return {.stop = loop::drain_stop::failed, .error = bpf::errc::ring_corrupt};
    case rings::ring_stop::taken: break;
  }
  return taken_by_another();
}

std::uint64_t release_position(const rings::ring_walk& walk, const loop::drain_request& request) noexcept {
  return request.wakeups ? walk.end : walk.last;
}

}  // namespace

// Whether records are out on loan; once they are back, the position is ours again.
bool ring_channel::is_lent() noexcept {
  if (!lent_) return false;
  if (loan_->is_out()) return true;
  reader_.position().adopt(loan_->released());
  lent_ = false;
  return false;
}

bool ring_channel::is_taken() const noexcept {
  if (!reader_.position().is_ours()) return true;
  return lent_ ? loan_->is_taken() : reader_.is_taken();
}

bool ring_channel::release(std::uint64_t to) noexcept {
  if (!reader_.position().is_ours()) return false;
  if (is_lent() && loan_->release_later(to)) return !loan_->is_taken();
  return !is_lent() && reader_.release(to);
}

// The records of a walk, where they are. `slots` has room for all of them when their lengths differ.
records::segment ring_channel::describe(const rings::ring_walk& walk, records::slot* slots) const {
  const std::byte* const first = reader_.at(walk.begin) + rings::ring_header::size;
  records::segment out{.data = first,
                       .position = walk.begin,
                       .bytes = walk.end - walk.begin,
                       .count = static_cast<std::uint32_t>(walk.records),
                       .length = walk.length,
                       .stride = static_cast<std::uint32_t>(rings::ring_header::stride(walk.length))};
  if (walk.uniform || walk.records == 0) return out;
  records::slot* next = slots;
  reader_.for_each(walk, [&](const std::byte* data, std::uint32_t length) {
    // Modulo the ring: the second mapping of its data may have been left out of account.
    const std::uint64_t offset = static_cast<std::uint64_t>(data - first) & (reader_.size() - 1);
    *next++ = {
        .position = walk.begin + offset, .offset = static_cast<std::uint32_t>(offset), .length = length};
  });
  out.slots = slots;
  out.position = slots->position;
  return out;
}

// Released before they are part of the batch: a release that succeeds says that nobody else had them, and
// that no producer has written over them meanwhile.
bool ring_channel::copy_out(const rings::ring_walk& walk, records::batch_writer& out,
                            std::uint64_t release_to) {
  const std::size_t bytes = walk.end - walk.begin;
  const auto room = out.reserve(bytes, walk.uniform ? 0 : walk.records);
  auto segment = describe(walk, room.slots);
  // All in one piece: what is between the payloads takes less time than leaving it out.
  std::memcpy(room.bytes, segment.data, bytes - rings::ring_header::size);
  if (!release(release_to)) return false;
  if (walk.records == 0) return true;  // all discarded
  segment.data = room.bytes;
  out.add(segment);
  return true;
}

void ring_channel::take(std::uint64_t bytes, std::size_t records) noexcept {
  received_ += records;
  bytes_ += bytes;
}

// After a release: whether something came, or a busy head was submitted, before the producer could see that
// we have caught up. It sent no wakeup then.
bool ring_channel::has_more() noexcept {
  return reader_.available() > 0 && reader_.peek({.records = 1}).end != reader_.next();
}

loop::drain_result ring_channel::drain(const loop::drain_request& request, records::batch_writer& out) {
  const bool is_out = is_lent();
  if (is_taken()) return taken_by_another();
  rings::ring_limits limits{.records = request.records, .bytes = request.bytes};
  // Half of the ring at most is lent, so that producers have room while a handler works.
  if (!is_out) limits.bytes = std::min(limits.bytes, std::max(reader_.size() / 2, copied_bytes));
  const auto walk = reader_.peek(limits);
  const std::size_t bytes = walk.end - walk.begin;
  auto result = ended_by(walk.stop);
  result.lent = is_out;
  if (bytes == 0) return result;

  const std::uint64_t release_to = release_position(walk, request);
  if (is_out || !request.lend || bytes <= copied_bytes || walk.records == 0) {
    if (!copy_out(walk, out, release_to)) return taken_by_another();
  } else {
    const auto room = out.reserve(0, walk.uniform ? 0 : walk.records);
    out.lend(describe(walk, room.slots), loan_);
    loan_->lend(reader_.position().released(), release_to);
    lent_ = true;
    result.lent = true;
  }
  reader_.advance(walk);
  take(bytes, walk.records);
  result.records = walk.records;
  result.bytes = bytes;
  const bool at_end = result.stop == loop::drain_stop::empty || result.stop == loop::drain_stop::busy;
  if (at_end && !result.lent && request.wakeups && has_more()) result.stop = loop::drain_stop::limit;
  return result;
}

loop::drain_result ring_channel::visit(const loop::drain_request& request, std::uint32_t id,
                                       loop::segment_visitor& visitor) {
  const bool is_out = is_lent();
  if (is_taken()) return taken_by_another();
  // Not set to 0: as a rule nothing is written there.
  alignas(records::slot) std::array<std::byte, visited_records * sizeof(records::slot)> slots;
  loop::drain_result sum;
  std::size_t walked = 0;  // records, discarded ones too
  std::uint64_t release_to = reader_.next();
  do {
    const std::size_t bytes_left = request.bytes - sum.bytes;
    const auto walk =
        reader_.peek({.records = std::min(visited_records, request.records - walked), .bytes = bytes_left});
    const std::size_t bytes = walk.end - walk.begin;
    const auto result = ended_by(walk.stop);
    sum.stop = result.stop;
    sum.error = result.error;
    if (bytes == 0) break;
    if (bytes > bytes_left &&
        sum.bytes > 0) {  // peek() gives one record at least; it stays for the next drain
      sum.stop = loop::drain_stop::limit;
      break;
    }
    if (walk.records > 0) {
      auto segment = describe(walk, reinterpret_cast<records::slot*>(slots.data()));
      segment.source = id;
      visitor.visited = 0;
      try {
        visitor(segment);
      } catch (...) {
        const std::uint32_t count = visitor.visited;
        const std::uint64_t end = count < segment.count ? segment[count].position : walk.end;
        reader_.advance({.end = end});
        take(end - walk.begin, count);
        release(end);
        throw;
      }
    }
    reader_.advance(walk);
    take(bytes, walk.records);
    sum.records += walk.records;
    sum.bytes += bytes;
    walked += walk.records + walk.discarded;
    release_to = release_position(walk, request);
  } while (sum.stop == loop::drain_stop::limit && walked < request.records && sum.bytes < request.bytes);

  sum.lent = is_out;
  if (sum.bytes == 0) return sum;
  if (!release(release_to)) {
    sum.stop = loop::drain_stop::failed;
    sum.error = bpf::errc::ring_taken;
    return sum;
  }
  const bool at_end = sum.stop == loop::drain_stop::empty || sum.stop == loop::drain_stop::busy;
  if (at_end && !is_out && request.wakeups && has_more()) sum.stop = loop::drain_stop::limit;
  return sum;
}

}  // namespace aiobpf::sources
