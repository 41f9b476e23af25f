// What the traced program pays for an event, and what its reader pays: a stream without and with a latency
// budget, against a libbpf poll loop, or against no budget. Each event's cost to the program is that of a run
// which emits it, less that of an equal run which emits nothing; the reader's is the processor time of its
// thread.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <time.h>

#include <atomic>
#include <string>
#include <thread>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 1024 * 1024;  // a reader may be kept from its CPU for 200 ms
// No emit takes this long: what does was interrupted by something else, and is left out on both sides.
constexpr double interrupted = 100'000;  // ns

// Emits `count` records at an even pace, spinning in between. Nanoseconds an event.
double produce(const filler& events, std::chrono::nanoseconds interval, std::uint64_t first,
               std::size_t count) {
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

// Nanoseconds an event, on either side.
struct costs {
  double traced = 0;
  double consumer = 0;
};

double thread_nanoseconds() noexcept {
  ::timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Runs `produce` in a thread of its own while `consume(count)` takes the records.
template <class Consume>
costs measure(const filler& events, std::chrono::nanoseconds interval, std::uint64_t& next, std::size_t count,
              tally& seen, Consume consume) {
  const std::uint64_t first = next;
  next += count;
  costs out;
  std::thread producer{[&] { out.traced = produce(events, interval, first, count); }};
  const double began = thread_nanoseconds();
  consume(count);
  out.consumer = (thread_nanoseconds() - began) / static_cast<double>(count);
  producer.join();
  seen.check(first, count);
  return out;
}

class streamed {
public:
  streamed(std::chrono::nanoseconds latency, std::chrono::nanoseconds interval)
      : interval_(interval), stream_(context_.get_executor(), {.latency = latency, .turn = {}}) {
    stream_.add(sources::ring_source{events_.ring()});
  }

  costs cost(std::size_t count) {
    return measure(events_, interval_, next_, count, seen_, [&](std::size_t records) {
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
  std::chrono::nanoseconds interval_;
  asio::io_context context_{1};
  loop::stream stream_;
  records::batch batch_;
  tally seen_;
  std::uint64_t next_ = 0;
};

class polled {
public:
  explicit polled(std::chrono::nanoseconds interval) : interval_(interval) {}

  costs cost(std::size_t count) {
    return measure(events_, interval_, next_, count, seen_, [&](std::size_t records) {
      while (seen_.records < records) consumer_.poll(-1);
    });
  }

private:
  filler events_{ring_bytes};
  std::chrono::nanoseconds interval_;
  tally seen_;
  libbpf_consumer<tally> consumer_{events_.ring().native_handle(), seen_};
  std::uint64_t next_ = 0;
};

// Records of one measurement, so that it takes about 0.2 s.
std::size_t records_in(const options& wanted, std::chrono::nanoseconds interval) {
  const auto records = static_cast<std::size_t>(std::chrono::milliseconds{200} / interval);
  return wanted.quick ? records / 10 : records;
}

void against_libbpf(const options& wanted, const std::string& name, double costs::*side,
                    std::chrono::nanoseconds interval, std::chrono::nanoseconds latency) {
  if (!wanted.wants(name)) return;
  const std::size_t records = records_in(wanted, interval);
  streamed ours{latency, interval};
  polled theirs{interval};
  report(name,
         measure_pairs(
             wanted.quick ? 5 : 15, [&] { return ours.cost(records).*side; },
             [&] { return theirs.cost(records).*side; }),
         "libbpf ring_buffer__poll", "ns/event");
}

void against_no_window(const options& wanted, const std::string& name, std::chrono::nanoseconds interval,
                       std::chrono::nanoseconds latency) {
  if (!wanted.wants(name)) return;
  const std::size_t records = records_in(wanted, interval);
  streamed ours{latency, interval};
  streamed without{{}, interval};
  report(name,
         measure_pairs(
             wanted.quick ? 5 : 31, [&] { return ours.cost(records).traced; },
             [&] { return without.cost(records).traced; }),
         "the same stream without latency", "ns/event");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    using namespace std::chrono_literals;
    pin_to(0);
    against_libbpf(wanted, "traced_cost/100k/0", &costs::traced, 10us, 0us);
    against_libbpf(wanted, "traced_cost/100k/200us", &costs::traced, 10us, 200us);
    against_no_window(wanted, "traced_cost/10k/50us", 100us, 50us);
    against_libbpf(wanted, "consumer_cpu/10k/50us", &costs::consumer, 100us, 50us);
  });
}
