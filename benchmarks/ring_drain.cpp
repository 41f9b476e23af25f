// What it costs to take a record out of a full ring, against ring_buffer__consume: by ring_reader::drain
// (ring_drain), and the two ways that streams take, both by ring_channel: past a visitor (ring_visit), and
// into a batch that is walked (ring_batch).
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/record_visitor.hpp>
#include <aiobpf/rings/ring_reader.hpp>
#include <aiobpf/sources/ring_channel.hpp>

#include <string>

namespace {

using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t hot_bytes = 256 * 1024;         // stays in the second-level cache
constexpr std::uint32_t cold_bytes = 16 * 1024 * 1024;  // does not

// One side: a ring of its own that is filled, untimed, before each drain.
class side {
public:
  side(std::uint32_t ring_bytes, std::uint32_t size) : filler_(ring_bytes), size_(size) {}

  /// Nanoseconds a record.
  template <class Drain>
  double time(tally& seen, Drain drain) {
    const std::uint64_t first = next_;
    seed_ += 2;
    const std::uint64_t count = filler_.fill(size_, first, seed_);
    next_ += count;
    const auto started = clock::now();
    drain();
    const double taken = nanoseconds_since(started);
    seen.check(first, count);
    return taken / static_cast<double>(count);
  }
  const filler& events() const noexcept { return filler_; }

private:
  filler filler_;
  std::uint32_t size_;
  std::uint64_t next_ = 0;
  std::uint64_t seed_ = 0x9e3779b97f4a7c15;
};

constexpr loop::budget turn;  // as a stream drains: bounded, drain after drain

struct by_reader {
  static constexpr const char* name = "ring_drain";
  rings::ring_reader reader;
  tally& seen;

  by_reader(rings::ring_memory memory, tally& into) : reader(std::move(memory)), seen(into) {}
  void drain() {
    const rings::ring_limits limits{.records = turn.records, .bytes = turn.bytes};
    while (reader.drain(limits, [&](std::span<const std::byte> record) { seen(record.data()); }).stop ==
           rings::ring_stop::limit) {
    }
  }
};

constexpr loop::drain_request request{.records = turn.records, .bytes = turn.bytes};

struct by_visit {
  static constexpr const char* name = "ring_visit";
  sources::ring_channel channel;
  tally& seen;

  by_visit(rings::ring_memory memory, tally& into) : channel(std::move(memory)), seen(into) {}
  void drain() {
    const auto see = [&](const records::record& record) { seen(record.data.data()); };
    loop::record_visitor<decltype(see)> visitor{see};
    while (channel.visit(request, 0, visitor).stop == loop::drain_stop::limit) {
    }
  }
};

struct by_batch {
  static constexpr const char* name = "ring_batch";
  sources::ring_channel channel;
  tally& seen;
  records::batch batch;

  by_batch(rings::ring_memory memory, tally& into) : channel(std::move(memory)), seen(into) {}
  void drain() {
    loop::drain_result result;
    do {
      batch.clear();
      records::batch_writer writer{batch, 0};
      result = channel.drain(request, writer);
      for (const auto& record : batch) seen(record.data.data());
    } while (result.records > 0);
    batch.clear();
  }
};

template <class Reader>
void ring_drain(const options& wanted, const std::string& lengths, std::uint32_t size, bool hot) {
  const std::string name = std::string{Reader::name} + "/" + lengths + (hot ? "/hot" : "/cold");
  if (!wanted.wants(name)) return;
  const std::uint32_t ring_bytes = hot ? hot_bytes : cold_bytes;
  const std::size_t pairs = wanted.quick ? 5 : hot ? 301 : 31;

  side ours{ring_bytes, size};
  side theirs{ring_bytes, size};
  tally seen;
  Reader reader{rings::ring_memory::map_kernel_ring(ours.events().ring()), seen};
  tally seen_by_libbpf;
  libbpf_consumer consumer{theirs.events().ring().native_handle(), seen_by_libbpf};

  const auto costs = measure_pairs(
      pairs, [&] { return ours.time(seen, [&] { reader.drain(); }); },
      [&] { return theirs.time(seen_by_libbpf, [&] { consumer.consume(); }); });
  report(name, costs, "libbpf ring_buffer__consume", "ns/record");
}

template <class Reader>
void of_all_lengths(const options& wanted) {
  for (const bool hot : {true, false}) {
    for (const std::uint32_t size : {16, 64, 256, 1024}) {
      ring_drain<Reader>(wanted, "fixed/" + std::to_string(size), size, hot);
    }
    ring_drain<Reader>(wanted, "random", 0, hot);
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    of_all_lengths<by_reader>(wanted);
    of_all_lengths<by_visit>(wanted);
    of_all_lengths<by_batch>(wanted);
  });
}
