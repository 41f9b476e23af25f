// What it costs to take a sample out of a full perf buffer: a channel's visit against perf_buffer__consume;
// and the whole way through stream::async_read into batches, which copy.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_samples.hpp"
#include "support/sampler.hpp"

#include <aiobpf/loop/budget.hpp>
#include <aiobpf/loop/record_visitor.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/sources/perf_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::size_t hot_bytes = 256 * 1024;         // stays in the second-level cache
constexpr std::size_t cold_bytes = 16 * 1024 * 1024;  // does not

// One side: a buffer of its own that is filled, untimed, before each drain.
class side {
public:
  side(std::size_t bytes, std::uint32_t size) : count_(sampler::capacity(bytes, size)), size_(size) {}

  /// Nanoseconds a sample.
  template <class Drain>
  double time(tally& seen, Drain drain) {
    const std::uint64_t first = next_;
    next_ += count_;
    sampler_.fill(size_, first, count_);
    const auto started = clock::now();
    drain(count_);
    const double taken = nanoseconds_since(started);
    seen.check(first, count_);
    return taken / static_cast<double>(count_);
  }
  const sampler& events() const noexcept { return sampler_; }

private:
  sampler sampler_;
  std::uint64_t count_;
  std::uint32_t size_;
  std::uint64_t next_ = 0;
};

void perf_drain(const options& wanted, std::uint32_t size, bool hot) {
  const std::string name = "perf_drain/" + std::to_string(size) + (hot ? "/hot" : "/cold");
  if (!wanted.wants(name)) return;
  const std::size_t bytes = hot ? hot_bytes : cold_bytes;
  const std::size_t pairs = wanted.quick ? 5 : hot ? 301 : 31;

  side ours{bytes, size};
  side theirs{bytes, size};
  tally seen;
  sources::perf_source source{ours.events().map(), {.bytes = bytes, .record_bytes = {size}}};
  loop::channel& channel = source.get_channel(0);  // of the CPU that we are on
  // As a stream drains: bounded, drain after drain.
  const loop::budget turn;
  const loop::drain_request request{.records = turn.records, .bytes = turn.bytes};
  loop::record_visitor visitor{[&](const records::record& record) { seen(record.data.data()); }};
  const auto drain = [&](std::uint64_t) {
    while (channel.visit(request, 0, visitor).stop == loop::drain_stop::limit) {
    }
  };
  tally seen_by_libbpf;
  libbpf_samples consumer{theirs.events().map().native_handle(), bytes, seen_by_libbpf};

  const auto costs = measure_pairs(
      pairs, [&] { return ours.time(seen, drain); },
      [&] { return theirs.time(seen_by_libbpf, [&](std::uint64_t) { consumer.consume(); }); });
  report(name, costs, "libbpf perf_buffer__consume", "ns/record");
}

asio::awaitable<void> read(loop::stream& events, records::batch& batch, tally& seen, std::uint64_t count) {
  while (seen.records < count) {
    co_await events.async_read(batch);
    for (const auto& record : batch) seen(record.data.data());
  }
}

void perf_stream(const options& wanted) {
  const std::string name = "perf_stream/64";
  if (!wanted.wants(name)) return;
  side ours{hot_bytes, 64};
  side theirs{hot_bytes, 64};
  tally seen;
  asio::io_context context{1};
  loop::stream events{context.get_executor()};
  events.add(sources::perf_source{ours.events().map(), {.bytes = hot_bytes, .record_bytes = {64}}});
  records::batch batch;
  const auto drain = [&](std::uint64_t count) {
    asio::co_spawn(context, read(events, batch, seen, count), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    context.restart();
    context.run();
  };
  tally seen_by_libbpf;
  libbpf_samples consumer{theirs.events().map().native_handle(), hot_bytes, seen_by_libbpf};
  const auto costs = measure_pairs(
      wanted.quick ? 5 : 301, [&] { return ours.time(seen, drain); },
      [&] {
        return theirs.time(seen_by_libbpf, [&](std::uint64_t count) {
          while (seen_by_libbpf.records < count) consumer.poll(-1);
        });
      });
  report(name, costs, "libbpf perf_buffer__poll", "ns/record");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    for (const bool hot : {true, false}) {
      for (const std::uint32_t size : {64, 256}) perf_drain(wanted, size, hot);
    }
    perf_stream(wanted);
  });
}
