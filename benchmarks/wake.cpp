// How long it takes from a program's emit to the handler, when the reader sleeps in epoll: a stream, by
// callback and by co_await, against a bare epoll loop around the same reader. And how much processor time a
// wake costs the reader, against a libbpf poll loop.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/rings/ring_reader.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 256 * 1024;
constexpr std::chrono::microseconds idle{60};         // long enough for the reader to sleep in epoll again
constexpr std::chrono::microseconds far_apart{1000};  // for processor time, whose clock is coarse

// The handler: how long ago was it emitted. Tells the producer, which then emits the next one.
class arrivals {
public:
  explicit arrivals(std::size_t records) : wanted_(records) { latencies_.reserve(records); }

  void operator()(const std::byte* record) {
    std::uint64_t emitted;  // bpf_ktime_get_ns(), as our clock CLOCK_MONOTONIC
    std::memcpy(&emitted, record + offset_of_nanoseconds, sizeof(emitted));
    const auto now = std::chrono::nanoseconds{clock::now().time_since_epoch()};
    latencies_.push_back(static_cast<double>(now.count()) - static_cast<double>(emitted));
    seen_.store(latencies_.size(), std::memory_order_release);
  }
  bool complete() const noexcept { return latencies_.size() >= wanted_; }
  double median_latency() const { return median(latencies_); }

  /// The producer's side, in its own thread: emits one record at a time.
  void produce(const filler& events, std::chrono::microseconds pause) const {
    pin_to(1);
    for (std::size_t i = 0; i < wanted_; ++i) {
      while (seen_.load(std::memory_order_acquire) < i) {
      }
      const auto started = clock::now();
      while (clock::now() - started < pause) {
      }
      events.emit_one(i);
    }
  }

private:
  static constexpr std::size_t offset_of_nanoseconds = 8;  // in struct event of bench.bpf.c

  std::size_t wanted_;
  std::vector<double> latencies_;
  std::atomic<std::size_t> seen_{0};
};

// Runs `consume(seen)` until all records came; gives the median latency.
template <class Consume>
double measure(std::size_t records, const filler& events, Consume consume) {
  arrivals seen{records};
  std::thread producer{[&] { seen.produce(events, idle); }};
  consume(seen);
  producer.join();
  return seen.median_latency();
}

double thread_nanoseconds() noexcept {
  ::timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// The same with records far apart; gives the processor time of this thread a record.
template <class Consume>
double measure_cpu(std::size_t records, const filler& events, Consume consume) {
  arrivals seen{records};
  std::thread producer{[&] { seen.produce(events, far_apart); }};
  const double began = thread_nanoseconds();
  consume(seen);
  const double taken = thread_nanoseconds() - began;
  producer.join();
  return taken / static_cast<double>(records);
}

class bare_epoll {
public:
  bare_epoll() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    ::epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, reader_.native_handle(), &event);
  }

  double latency(std::size_t records) {
    return measure(records, events_, [&](arrivals& seen) {
      while (!seen.complete()) {
        ::epoll_event event;
        ::epoll_wait(epoll_.get(), &event, 1, -1);
        reader_.drain({}, [&](std::span<const std::byte> record) { seen(record.data()); });
      }
    });
  }

private:
  filler events_{ring_bytes};
  rings::ring_reader reader_{rings::ring_memory::map_kernel_ring(events_.ring())};
  bpf::unique_fd epoll_;
};

class streamed {
public:
  streamed() : stream_(context_.get_executor()) { stream_.add(sources::ring_source{events_.ring()}); }

  double latency_of_callback(std::size_t records) {
    return measure(records, events_, [&](arrivals& seen) {
      read(seen);
      run();
    });
  }

  double latency_of_co_await(std::size_t records) {
    return measure(records, events_, [&](arrivals& seen) { run_watch(seen); });
  }
  double cpu_of_co_await(std::size_t records) {
    return measure_cpu(records, events_, [&](arrivals& seen) { run_watch(seen); });
  }

private:
  void run() {
    context_.restart();
    context_.run();
  }
  void run_watch(arrivals& seen) {
    asio::co_spawn(context_, watch(seen), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    run();
  }

  void read(arrivals& seen) {
    stream_.async_read(batch_, [this, &seen](boost::system::error_code failed, std::size_t) {
      if (failed) throw boost::system::system_error{failed};
      for (const auto& record : batch_) seen(record.data.data());
      if (!seen.complete()) read(seen);
    });
  }

  asio::awaitable<void> watch(arrivals& seen) {
    while (!seen.complete()) {
      co_await stream_.async_read(batch_);
      for (const auto& record : batch_) seen(record.data.data());
    }
  }

  filler events_{ring_bytes};
  asio::io_context context_{1};
  loop::stream stream_;
  records::batch batch_;
};

class polled {
public:
  double cpu(std::size_t records) {
    return measure_cpu(records, events_, [&](arrivals& seen) {
      handler_.seen = &seen;
      while (!seen.complete()) consumer_.poll(-1);
    });
  }

private:
  struct handler {
    void operator()(const void* record) { (*seen)(static_cast<const std::byte*>(record)); }
    arrivals* seen = nullptr;
  };
  filler events_{ring_bytes};
  handler handler_;
  libbpf_consumer<handler> consumer_{events_.ring().native_handle(), handler_};
};

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    const std::size_t records = wanted.quick ? 50 : 200;
    const std::size_t pairs = wanted.quick ? 5 : 75;
    bare_epoll theirs;
    streamed ours;
    const auto row = [&](const char* name, auto latency) {
      if (!wanted.wants(name)) return;
      report(name, measure_pairs(pairs, latency, [&] { return theirs.latency(records); }),
             "epoll_wait and ring_reader::drain", "ns p50");
    };
    row("wake/callback", [&] { return ours.latency_of_callback(records); });
    row("wake/co_await", [&] { return ours.latency_of_co_await(records); });
    if (!wanted.wants("wake_cpu/co_await")) return;
    polled libbpf;
    report("wake_cpu/co_await",
           measure_pairs(
               wanted.quick ? 3 : 25, [&] { return ours.cpu_of_co_await(records); },
               [&] { return libbpf.cpu(records); }),
           "libbpf ring_buffer__poll", "ns/wake");
  });
}
