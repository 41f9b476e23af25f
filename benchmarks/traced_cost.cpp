// What the traced program pays for an event, at 100,000 events a second: a stream without and with a latency
// budget, against a libbpf poll loop. Each event's cost is that of a run which emits it, less that of an
// equal run which emits nothing.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/ring_source.hpp>
#include <aiobpf/loop/stream.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <string>
#include <thread>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 1024 * 1024;  // a reader may be kept from its CPU for 200 ms
constexpr std::chrono::nanoseconds interval = std::chrono::microseconds{10};
// No emit takes this long: what does was interrupted by something else, and is left out on both sides.
constexpr double interrupted = 100'000;  // ns

// Emits `count` records at an even pace, spinning in between. Nanoseconds an event.
double produce(const filler& events, std::uint64_t first, std::size_t count) {
  pin_to(1);
  const auto time = [](auto&& run) {
    const auto started = clock::now();
    run();
    return nanoseconds_since(started);
  };
  double sum = 0;
  std::size_t counted = 0;
  auto due = clock::now();
  for (std::uint64_t i = first; i < first + count; ++i) {
    due = std::max(due + interval, clock::now());  // what was missed is not caught up with
    while (clock::now() < due) {
    }
    events.emit_none(i);  // what a pause has made cold is warm again, for both
    const double nothing = time([&] { events.emit_none(i); });
    const double one = time([&] { events.emit_one(i); });
    if (nothing > interrupted || one > interrupted) continue;
    sum += one - nothing;
    ++counted;
  }
  return sum / static_cast<double>(counted);
}

// Runs `produce` in a thread of its own while `consume(count)` takes the records.
template <class Consume>
double measure(const filler& events, std::uint64_t& next, std::size_t count, tally& seen, Consume consume) {
  const std::uint64_t first = next;
  next += count;
  double cost = 0;
  std::thread producer{[&] { cost = produce(events, first, count); }};
  consume(count);
  producer.join();
  seen.check(first, count);
  return cost;
}

class streamed {
public:
  explicit streamed(std::chrono::nanoseconds latency)
      : stream_(context_.get_executor(), {.latency = latency, .turn = {}}) {
    stream_.add(loop::ring_source{events_.ring()});
  }

  double cost(std::size_t count) {
    return measure(events_, next_, count, seen_, [&](std::size_t records) {
      asio::co_spawn(context_, watch(records), [](std::exception_ptr failed) {
        if (failed) std::rethrow_exception(failed);
      });
      context_.restart();
      context_.run();
    });
  }

private:
  asio::awaitable<void> watch(std::size_t records) {
    while (seen_.records < records) {
      co_await stream_.async_read(batch_);
      for (const auto& record : batch_) seen_(record.data.data());
    }
  }

  filler events_{ring_bytes};
  asio::io_context context_{1};
  loop::stream stream_;
  loop::batch batch_;
  tally seen_;
  std::uint64_t next_ = 0;
};

class polled {
public:
  double cost(std::size_t count) {
    return measure(events_, next_, count, seen_, [&](std::size_t records) {
      while (seen_.records < records) consumer_.poll(-1);
    });
  }

private:
  filler events_{ring_bytes};
  tally seen_;
  libbpf_consumer<tally> consumer_{events_.ring().native_handle(), seen_};
  std::uint64_t next_ = 0;
};

void traced_cost(const options& wanted, const char* name, std::chrono::nanoseconds latency) {
  if (!wanted.wants(name)) return;
  const std::size_t records = wanted.quick ? 2'000 : 20'000;  // 0.2 s
  const std::size_t pairs = wanted.quick ? 5 : 15;
  streamed ours{latency};
  polled theirs;
  report(name,
         measure_pairs(
             pairs, [&] { return ours.cost(records); }, [&] { return theirs.cost(records); }),
         "libbpf ring_buffer__poll", "ns/event");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    traced_cost(wanted, "traced_cost/100k/0", {});
    traced_cost(wanted, "traced_cost/100k/200us", std::chrono::microseconds{200});
  });
}
