#include <aiobpf/loop/ring_drain.hpp>

#include <algorithm>
#include <cstring>

namespace aiobpf::loop {
namespace {

std::uint64_t release_position(const bpf::ring_walk& walk, bpf::ring_release how) noexcept {
  return how == bpf::ring_release::all ? walk.end : walk.last;
}

}  // namespace

drain_result ring_drain::drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
  const auto status = loan_->get_status();
  if (status == ring_loan::status::taken) return {.stop = bpf::ring_stop::taken};
  if (status == ring_loan::status::in) return lend(limits, id, out, how);
  auto result = copy(limits, id, out, how);
  result.lent = true;
  return result;
}

// Released before they are part of the batch: a release that succeeds says that nobody else had them, and
// that no producer has written over them meanwhile.
bool ring_drain::copy_out(const bpf::ring_walk& walk, std::size_t id, batch& out, bpf::ring_release how) {
  const std::size_t bytes = walk.end - walk.begin;
  std::memcpy(out.reserve(bytes), reader_.at(walk.begin), bytes);
  if (!loan_->release(release_position(walk, how))) return false;
  out.commit(id, walk);
  return true;
}

void ring_drain::take(const bpf::ring_walk& walk, drain_result& into) noexcept {
  reader_.advance(walk);
  into.records += walk.records;
  into.bytes += walk.end - walk.begin;
  received_ += walk.records;
  bytes_ += walk.end - walk.begin;
}

drain_result ring_drain::lend(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
  // Half of the ring at most is lent, so that producers have room while a handler works.
  limits.bytes = std::min(limits.bytes, std::max(reader_.size() / 2, copied_bytes));
  const auto walk = reader_.peek(limits);
  const std::size_t bytes = walk.end - walk.begin;
  drain_result result{.stop = walk.stop};
  if (bytes == 0) return result;
  // Whoever reads records of several lengths reads their headers, which must not change under him.
  if (bytes <= copied_bytes || !walk.uniform) {
    if (!copy_out(walk, id, out, how)) return {.stop = bpf::ring_stop::taken};
  } else {
    out.borrow(id, walk, reader_.at(walk.begin), loan_);
    loan_->lend(release_position(walk, how));
    result.lent = true;
  }
  take(walk, result);
  return result;
}

drain_result ring_drain::copy(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
  // Walked and copied piece by piece, while the piece is in the first-level cache.
  constexpr std::size_t piece_bytes = 16 * 1024;

  drain_result result;
  std::size_t walked = 0;  // records, discarded ones too
  do {
    const std::size_t left = limits.bytes - result.bytes;
    const auto walk =
        reader_.peek({.records = limits.records - walked, .bytes = std::min(left, piece_bytes)});
    const std::size_t bytes = walk.end - walk.begin;
    result.stop = walk.stop;
    if (bytes == 0) break;
    if (bytes > left && result.bytes > 0) {
      // peek() gives one record at least; it stays for the next drain.
      result.stop = bpf::ring_stop::limit;
      break;
    }
    if (!copy_out(walk, id, out, how)) {
      result.stop = bpf::ring_stop::taken;
      break;
    }
    take(walk, result);
    walked += walk.records + walk.discarded;
  } while (result.stop == bpf::ring_stop::limit && walked < limits.records && result.bytes < limits.bytes);
  return result;
}

}  // namespace aiobpf::loop
