#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/sources/perf_drain.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace aiobpf::sources {
namespace {

using rings::perf_walk;
namespace header = rings::perf_header;

loop::drain_stop stop_of(rings::ring_stop stop) noexcept {
  switch (stop) {
    case rings::ring_stop::empty: return loop::drain_stop::empty;
    case rings::ring_stop::limit: return loop::drain_stop::limit;
    default: return loop::drain_stop::failed;
  }
}

// The length that the kernel says of a payload of `bytes`.
constexpr std::uint32_t padded(std::uint32_t bytes) noexcept {
  return ((bytes + 4 + 7) & ~7U) - 4;
}

// Takes walks, one after the other, until the request or what is there ends. `use(walk)` sees each that has
// samples; returns false when the drain ends before it.
template <class Use>
loop::drain_result walk_all(rings::perf_reader& from, const loop::drain_request& request, Use&& use) {
  loop::drain_result sum;
  do {
    const auto walk =
        from.peek({.records = request.records - sum.records, .bytes = request.bytes - sum.bytes});
    const std::size_t bytes = walk.end - walk.begin;
    sum.stop = stop_of(walk.stop);
    if (sum.stop == loop::drain_stop::failed) sum.error = bpf::errc::ring_corrupt;
    if (bytes == 0) break;
    // A walk has one sample at least, however large; that one stays for the next drain.
    if ((bytes > request.bytes - sum.bytes && sum.bytes > 0) || !use(walk)) {
      sum.stop = loop::drain_stop::limit;
      sum.error = {};
      break;
    }
    sum.records += walk.records;
    sum.bytes += bytes;
  } while (sum.stop == loop::drain_stop::limit && sum.records < request.records && sum.bytes < request.bytes);
  if (sum.bytes > 0) from.release();
  return sum;
}

}  // namespace

perf_drain::perf_drain(int cpu, const std::vector<std::uint32_t>& lengths) : cpu_(cpu) {
  for (const std::uint32_t length : lengths) {
    const auto same = [&](std::uint32_t other) { return other != length && padded(other) == padded(length); };
    if (std::none_of(lengths.begin(), lengths.end(), same)) lengths_.push_back({padded(length), length});
  }
}

std::uint32_t perf_drain::trim(std::uint32_t length) const noexcept {
  for (const padded_length& one : lengths_) {
    if (one.padded == length) return one.emitted;
  }
  return length;
}

void perf_drain::take(rings::perf_reader& from, const perf_walk& walk, std::uint64_t end,
                      std::size_t records) noexcept {
  from.advance(end);
  received_ += records;
  bytes_ += end - walk.begin;
  lost_ += walk.lost;
}

// The samples of a walk, where `payloads` has them. `slots` has room for all of them when lengths differ.
records::segment perf_drain::describe(const rings::perf_reader& from, const perf_walk& walk,
                                      const std::byte* payloads, records::slot* slots) const {
  records::segment out{.data = payloads,
                       .position = origin_ + walk.first,
                       .bytes = walk.end - walk.begin,
                       .count = static_cast<std::uint32_t>(walk.records),
                       .length = trim(walk.length),
                       .stride = static_cast<std::uint32_t>(walk.length + header::payload),
                       .cpu = cpu_};
  if (walk.uniform) return out;
  records::slot* next = slots;
  from.for_each(walk, [&](const std::byte* data, std::uint32_t length) {
    const auto offset = static_cast<std::uint64_t>(data - payloads);
    *next++ = {.position = out.position + offset,
               .offset = static_cast<std::uint32_t>(offset),
               .length = trim(length)};
  });
  out.slots = slots;
  return out;
}

loop::drain_result perf_drain::drain(rings::perf_reader& from, const loop::drain_request& request,
                                     records::batch_writer& out) {
  bool first = true;
  return walk_all(from, request, [&](const perf_walk& walk) {
    if (walk.records > 0) {
      const std::size_t bytes = walk.end - walk.first;
      records::batch_writer::room room;
      try {
        room = out.reserve(bytes, walk.uniform ? 0 : walk.records);
      } catch (const std::bad_alloc&) {
        if (first) throw;
        return false;
      }
      const std::byte* const payloads = from.payloads(walk);
      auto segment = describe(from, walk, payloads, room.slots);
      // All in one piece: so the payloads, 12 bytes behind a multiple of 8, come to be aligned to 8.
      std::memcpy(room.bytes, payloads, bytes - header::payload);
      segment.data = room.bytes;
      out.add(segment);
    }
    first = false;
    take(from, walk, walk.end, walk.records);
    return true;
  });
}

loop::drain_result perf_drain::visit(rings::perf_reader& from, const loop::drain_request& request,
                                     std::uint32_t id, loop::segment_visitor& visitor) {
  // Not set to 0: as a rule nothing is written there.
  alignas(records::slot) std::array<std::byte, visited_records * sizeof(records::slot)> slots;
  loop::drain_result sum;
  do {
    const loop::drain_request piece{.records = std::min(visited_records, request.records - sum.records),
                                    .bytes = request.bytes - sum.bytes};
    const auto one = walk_all(from, piece, [&](const perf_walk& walk) {
      if (walk.records == 0) {
        take(from, walk, walk.end, 0);
        return true;
      }
      auto segment =
          describe(from, walk, from.payloads(walk), reinterpret_cast<records::slot*>(slots.data()));
      segment.source = id;
      visitor.visited = 0;
      try {
        visitor(segment);
      } catch (...) {
        const std::uint32_t count = visitor.visited;
        const std::uint64_t end = count < segment.count ? segment[count].position - origin_ : walk.end;
        take(from, walk, end, count);
        from.release();
        throw;
      }
      take(from, walk, walk.end, walk.records);
      return true;
    });
    sum.records += one.records;
    sum.bytes += one.bytes;
    sum.stop = one.stop;
    sum.error = one.error;
    if (one.bytes == 0) break;
  } while (sum.stop == loop::drain_stop::limit && sum.records < request.records && sum.bytes < request.bytes);
  return sum;
}

}  // namespace aiobpf::sources
