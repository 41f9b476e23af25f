// What the traced program pays for an event, and what its reader pays: a stream without and with a latency
// budget, or polling, against a libbpf poll loop. Each event's cost to the program is that of a run which
// emits it, less that of an equal run which emits nothing; the reader's is the processor time of its thread.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"
#include "support/libbpf_samples.hpp"
#include "support/sampler.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/perf_source.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <time.h>

#include <algorithm>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 1024 * 1024;  // a reader may be kept from its CPU for 200 ms
// No emit takes this long: what does was interrupted by something else, and is left out on both sides.
constexpr double interrupted = 100'000;  // ns

// How fast events come: `burst` of them, back to back, at an even pace of `interval`.
struct pace {
  const char* name;
  std::chrono::nanoseconds interval;
  std::uint32_t burst;
};

template <class Events>
Events make_events() {
  if constexpr (std::is_same_v<Events, filler>) {
    return filler{ring_bytes};
  } else {
    return sampler{};
  }
}

// One run, of which each makes `burst` events, or none.
void emit(const filler& events, std::uint64_t first, std::uint32_t burst) {
  if (burst == 1) return events.emit_one(first);
  events.emit_many(first, burst);
}
void emit_none(const filler& events, std::uint64_t first, std::uint32_t burst) {
  if (burst == 1) return events.emit_none(first);
  events.emit_many(first, 0);
}
void emit(const sampler& events, std::uint64_t first, std::uint32_t) {
  events.emit_one(first);
}
void emit_none(const sampler& events, std::uint64_t first, std::uint32_t) {
  events.emit_none(first);
}

// Emits `count` records at an even pace, spinning in between. Nanoseconds an event.
template <class Events>
double produce(const Events& events, const pace& how, std::uint64_t first, std::size_t count) {
  pin_to(1);
  const auto time = [](auto&& run) {
    const auto started = clock::now();
    run();
    return nanoseconds_since(started);
  };
  double sum = 0;
  std::size_t counted = 0;
  auto due = clock::now();
  for (std::uint64_t i = first; i < first + count; i += how.burst) {
    due = std::max(due + how.interval, clock::now());  // what was missed is not caught up with
    while (clock::now() < due) {
    }
    emit_none(events, i, how.burst);  // what a pause has made cold is warm again, for both
    const double nothing = time([&] { emit_none(events, i, how.burst); });
    const double some = time([&] { emit(events, i, how.burst); });
    if (nothing > interrupted || some > interrupted) continue;
    sum += some - nothing;
    counted += how.burst;
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
template <class Events, class Consume>
costs measure(const Events& events, const pace& how, std::uint64_t& next, std::size_t count, tally& seen,
              Consume consume) {
  const std::uint64_t first = next;
  next += count;
  costs out;
  std::thread producer{[&] { out.traced = produce(events, how, first, count); }};
  const double began = thread_nanoseconds();
  consume(count);
  out.consumer = (thread_nanoseconds() - began) / static_cast<double>(count);
  producer.join();
  seen.check(first, count);
  return out;
}

void add(loop::stream& to, const filler& events) {
  to.add(sources::ring_source{events.ring()});
}
void add(loop::stream& to, const sampler& events) {
  to.add(sources::perf_source{events.map(), {.bytes = ring_bytes}});
}

template <class Events>
class streamed {
public:
  streamed(const loop::stream_options& options, const pace& how)
      : how_(how), stream_(context_.get_executor(), options) {
    add(stream_, events_);
  }

  costs cost(std::size_t count) {
    return measure(events_, how_, next_, count, seen_, [&](std::size_t records) {
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

  Events events_ = make_events<Events>();
  pace how_;
  asio::io_context context_{1};
  loop::stream stream_;
  records::batch batch_;
  tally seen_;
  std::uint64_t next_ = 0;
};

template <class Events>
class polled {
public:
  explicit polled(const pace& how) : how_(how) {}

  costs cost(std::size_t count) {
    return measure(events_, how_, next_, count, seen_, [&](std::size_t records) {
      while (seen_.records < records) consumer_.poll(-1);
    });
  }

private:
  using consumer =
      std::conditional_t<std::is_same_v<Events, filler>, libbpf_consumer<tally>, libbpf_samples<tally>>;
  static consumer read(const filler& events, tally& seen) { return {events.ring().native_handle(), seen}; }
  static consumer read(const sampler& events, tally& seen) {
    return {events.map().native_handle(), ring_bytes, seen};
  }

  Events events_ = make_events<Events>();
  pace how_;
  tally seen_;
  consumer consumer_{read(events_, seen_)};
  std::uint64_t next_ = 0;
};

// Records of one measurement, so that it takes about 0.2 s.
std::size_t records_in(const options& wanted, const pace& how) {
  const auto runs = static_cast<std::size_t>(std::chrono::milliseconds{200} / how.interval);
  return (wanted.quick ? runs / 10 : runs) * how.burst;
}

// A row for the program's side, and one for the reader's, of the same measurements.
template <class Events>
void against_libbpf(const options& wanted, const std::string& name, const std::string& consumer,
                    const pace& how, const loop::stream_options& options, const char* baseline) {
  if (!wanted.wants(name) && !wanted.wants(consumer)) return;
  const std::size_t records = records_in(wanted, how);
  streamed<Events> ours{options, how};
  polled<Events> theirs{how};
  std::vector<double> of_ours;
  std::vector<double> of_theirs;
  const auto traced = measure_pairs(
      wanted.quick ? 3 : 15,
      [&] {
        const costs one = ours.cost(records);
        of_ours.push_back(one.consumer);
        return one.traced;
      },
      [&] {
        const costs one = theirs.cost(records);
        of_theirs.push_back(one.consumer);
        return one.traced;
      });
  report(name, traced, baseline, "ns/event");
  report(consumer, {median(of_ours), median(of_theirs)}, baseline, "ns/event");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    using namespace std::chrono_literals;
    pin_to(0);
    const std::pair<const char*, loop::stream_options> ways[] = {
        {"0", {}},
        {"50us", {.latency = 50us}},
        {"200us", {.latency = 200us}},
        {"1ms", {.latency = 1ms}},
        {"poll", {.poll = loop::polling{}}},
    };
    for (const pace& how : {pace{"10k", 100us, 1}, pace{"100k", 10us, 1}, pace{"1M", 10us, 10}}) {
      for (const auto& [way, options] : ways) {
        const std::string which = std::string{how.name} + "/" + way;
        against_libbpf<filler>(wanted, "traced_cost/" + which, "consumer_cpu/" + which, how, options,
                               "libbpf ring_buffer__poll");
      }
    }
    against_libbpf<sampler>(wanted, "perf_traced_cost/100k", "perf_consumer_cpu/100k", {"100k", 10us, 1},
                            {.latency = 200us}, "libbpf perf_buffer__poll");
  });
}
