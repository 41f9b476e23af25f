// Many rings in one stream, of which one or all have records: from one blocking wait to the last call of a
// visitor, against ring_buffer__poll over as many rings with the same function as its callback. What a wake
// costs is to depend on what is busy.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/rings.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bpf/libbpf.h>
#include <sys/resource.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

// What one round emits: `count` records into each of `over` rings, another ring each time when it is one.
struct load {
  std::uint32_t over;
  std::uint32_t count;
  std::uint64_t records() const noexcept { return std::uint64_t{over} * count; }
};

// Emits a round; which ring is busy moves on from round to round.
class producer {
public:
  explicit producer(std::size_t count) : rings_(count) {}
  const many_rings& all() const noexcept { return rings_; }
  std::uint64_t emit(load what) {
    const auto busy = static_cast<std::uint32_t>(round_++ * 7 % rings_.maps().size());
    const std::uint64_t first = next_;
    rings_.emit(first, what.over == 1 ? busy : 0, what.over, what.count);
    next_ += what.records();
    // The kernel sends its wakeups by interrupts to itself, which a virtual machine may get late. They are
    // the producer's, and not to be measured.
    for (const auto started = clock::now(); clock::now() - started < interrupts;) {
    }
    return first;
  }

private:
  static constexpr auto interrupts = std::chrono::microseconds{200};

  many_rings rings_;
  std::uint64_t round_ = 0;
  std::uint64_t next_ = 0;
};

class streamed {
public:
  explicit streamed(std::size_t count) : producer_(count), events_(context_.get_executor()) {
    for (const auto& ring : producer_.all().maps()) events_.add(sources::ring_source{ring});
  }

  /// Nanoseconds a record.
  double time(load what) {
    double cost = 0;
    asio::co_spawn(context_, once(what, cost), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    context_.restart();
    context_.run();
    return cost;
  }

private:
  asio::awaitable<void> once(load what, double& cost) {
    // A round that is not measured comes first: a stream whose last read has ended keeps no wait.
    for (const bool measured : {false, true}) {
      // Emitting is not what the handler of the last read does: a stream paces itself by that.
      co_await asio::post(context_, asio::use_awaitable);
      const std::uint64_t first = producer_.emit(what);
      const auto started = clock::now();
      while (seen_.records < what.records()) {
        co_await events_.async_visit([this](const records::record& record) { seen_(record.data.data()); });
      }
      if (measured) cost = nanoseconds_since(started) / static_cast<double>(what.records());
      seen_.check(first, what.records());
    }
  }

  producer producer_;
  asio::io_context context_{1};
  loop::stream events_;
  tally seen_;
};

class polled {
public:
  explicit polled(std::size_t count) : producer_(count) {
    for (const auto& ring : producer_.all().maps()) {
      if (!set_) {
        set_.reset(::ring_buffer__new(ring.native_handle(), &on_record, &seen_, nullptr));
      } else if (::ring_buffer__add(set_.get(), ring.native_handle(), &on_record, &seen_) != 0) {
        throw std::runtime_error{"ring_buffer__add failed"};
      }
    }
    if (!set_) throw std::runtime_error{"ring_buffer__new failed"};
  }

  double time(load what) {
    double cost = 0;
    for (const bool measured : {false, true}) {
      const std::uint64_t first = producer_.emit(what);
      const auto started = clock::now();
      while (seen_.records < what.records()) ::ring_buffer__poll(set_.get(), -1);
      if (measured) cost = nanoseconds_since(started) / static_cast<double>(what.records());
      seen_.check(first, what.records());
    }
    return cost;
  }

private:
  static int on_record(void* context, void* data, std::size_t) noexcept {
    (*static_cast<tally*>(context))(data);
    return 0;
  }
  struct free {
    void operator()(::ring_buffer* rings) const noexcept { ::ring_buffer__free(rings); }
  };

  producer producer_;
  tally seen_;
  std::unique_ptr<::ring_buffer, free> set_;
};

void measure_sources(const options& wanted, std::uint32_t count) {
  constexpr std::uint32_t records = 1000;
  const std::string prefix = "sources/" + std::to_string(count);
  const bool one_busy = wanted.wants(prefix + "/one_busy");
  const bool all_busy = wanted.wants(prefix + "/all_busy");
  const bool one_event = count == 1024 && wanted.wants(prefix + "/one_event");
  if (!one_busy && !all_busy && !one_event) return;
  streamed ours{count};
  polled theirs{count};
  const auto row = [&](bool is_wanted, const char* name, load what, const char* unit) {
    if (!is_wanted) return;
    const auto costs = measure_pairs(
        wanted.quick ? 5 : 301, [&] { return ours.time(what); }, [&] { return theirs.time(what); });
    report(prefix + name, costs, "libbpf ring_buffer__poll", unit);
  };
  row(one_busy, "/one_busy", {.over = 1, .count = records}, "ns/record");
  row(all_busy, "/all_busy", {.over = count, .count = std::max(records / count, 1U)}, "ns/record");
  row(one_event, "/one_event", {.over = 1, .count = 1}, "ns/event");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    // Each ring has a descriptor, a copy of it, and one more where libbpf reads.
    const ::rlimit descriptors{65536, 65536};
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    for (const std::uint32_t sources : {16U, 256U, 1024U}) measure_sources(wanted, sources);
  });
}
