// How long it takes from a program's emit to the handler while events flow at an even pace: a stream without
// and with a latency budget, or polling, against a libbpf poll loop. With a budget the baseline is one and a
// half windows.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 1024 * 1024;

// Nanoseconds.
struct percentiles {
  double p50 = 0;
  double p99 = 0;
};

// The handler: how long ago was it emitted.
class arrivals {
public:
  void expect(std::size_t records) {
    wanted_ = records;
    taken_.clear();
    taken_.reserve(records);
  }
  void operator()(const void* record) {
    std::uint64_t emitted;  // bpf_ktime_get_ns(), as our clock CLOCK_MONOTONIC
    std::memcpy(&emitted, static_cast<const std::byte*>(record) + offset_of_nanoseconds, sizeof(emitted));
    const auto now = std::chrono::nanoseconds{clock::now().time_since_epoch()};
    taken_.push_back(static_cast<double>(now.count()) - static_cast<double>(emitted));
  }
  bool complete() const noexcept { return taken_.size() >= wanted_; }
  percentiles get() {
    const auto at = [&](double part) {
      const auto nth =
          taken_.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(taken_.size() - 1));
      std::nth_element(taken_.begin(), nth, taken_.end());
      return *nth;
    };
    return {at(0.5), at(0.99)};
  }

private:
  static constexpr std::size_t offset_of_nanoseconds = 8;  // in struct event of bench.bpf.c
  std::size_t wanted_ = 0;
  std::vector<double> taken_;
};

template <class Consume>
percentiles measure(const filler& events, std::chrono::nanoseconds interval, std::size_t records,
                    arrivals& seen, Consume consume) {
  seen.expect(records);
  std::thread producer{[&] {
    pin_to(1);
    auto due = clock::now();
    for (std::size_t i = 0; i < records; ++i) {
      due = std::max(due + interval, clock::now());
      while (clock::now() < due) {
      }
      events.emit_one(i);
    }
  }};
  consume();
  producer.join();
  return seen.get();
}

class streamed {
public:
  explicit streamed(const loop::stream_options& options) : stream_(context_.get_executor(), options) {
    stream_.add(sources::ring_source{events_.ring()});
  }
  percentiles delivery(std::chrono::nanoseconds interval, std::size_t records) {
    return measure(events_, interval, records, seen_, [&] {
      asio::co_spawn(context_, watch(), [](std::exception_ptr failed) {
        if (failed) std::rethrow_exception(failed);
      });
      context_.restart();
      context_.run();
    });
  }

private:
  asio::awaitable<void> watch() {
    while (!seen_.complete()) {
      co_await stream_.async_read(batch_);
      for (const auto& record : batch_) seen_(record.data.data());
    }
  }

  filler events_{ring_bytes};
  asio::io_context context_{1};
  loop::stream stream_;
  records::batch batch_;
  arrivals seen_;
};

class polled {
public:
  percentiles delivery(std::chrono::nanoseconds interval, std::size_t records) {
    return measure(events_, interval, records, seen_, [&] {
      while (!seen_.complete()) consumer_.poll(-1);
    });
  }

private:
  filler events_{ring_bytes};
  arrivals seen_;
  libbpf_consumer<arrivals> consumer_{events_.ring().native_handle(), seen_};
};

// Measured in turn; the medians of both percentiles.
void row(const options& wanted, const std::string& name, std::chrono::nanoseconds interval,
         const loop::stream_options& options) {
  if (!wanted.wants(name + "/p50") && !wanted.wants(name + "/p99")) return;
  const auto records =
      static_cast<std::size_t>(std::chrono::milliseconds{wanted.quick ? 20 : 200} / interval);
  streamed ours{options};
  polled theirs;
  std::vector<double> p99_of_ours;
  std::vector<double> p99_of_theirs;
  const auto p50 = measure_pairs(
      wanted.quick ? 3 : 15,
      [&] {
        const auto one = ours.delivery(interval, records);
        p99_of_ours.push_back(one.p99);
        return one.p50;
      },
      [&] {
        const auto one = theirs.delivery(interval, records);
        p99_of_theirs.push_back(one.p99);
        return one.p50;
      });
  if (options.latency.count() > 0) {
    const double window = 1.5 * static_cast<double>(options.latency.count());
    report(name + "/p50", {p50.ours, window}, "one and a half windows", "ns");
    report(name + "/p99", {median(p99_of_ours), window}, "one and a half windows", "ns");
    return;
  }
  report(name + "/p50", p50, "libbpf ring_buffer__poll", "ns");
  report(name + "/p99", {median(p99_of_ours), median(p99_of_theirs)}, "libbpf ring_buffer__poll", "ns");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    using namespace std::chrono_literals;
    pin_to(0);
    row(wanted, "delivery/100k/0", 10us, {});
    row(wanted, "delivery/100k/200us", 10us, {.latency = 200us});
    row(wanted, "delivery/100k/poll", 10us, {.poll = loop::polling{}});
    row(wanted, "delivery/1M/0", 1us, {});
  });
}
