// The whole way of a record: from the ring through stream::async_read into a batch, and to a handler in a
// coroutine, or through stream::async_visit to the same handler; against a loop around ring_buffer__poll that
// calls it.
#include "support/bench.hpp"
#include "support/filler.hpp"
#include "support/libbpf_consumer.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>

namespace {

namespace asio = boost::asio;
using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::uint32_t ring_bytes = 256 * 1024;

// The handler. A function, as one may expect of it: what a coroutine declares lives in its frame, and gcc
// keeps it in memory, loops and all.
void handle(const records::batch& batch, tally& seen) {
  for (const auto& record : batch) seen(record.data.data());
}

// Our side runs in a coroutine: it fills the ring, takes all of it, and hands over what that cost.
class streamed {
public:
  explicit streamed(std::uint32_t size) : size_(size), events_(context_.get_executor()) {
    events_.add(sources::ring_source{filler_.ring()});
  }

  /// Nanoseconds a record: through batches, or by a visitor.
  double time(bool visit) {
    double cost = 0;
    asio::co_spawn(context_, once(cost, visit), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    context_.restart();
    context_.run();
    return cost;
  }

private:
  asio::awaitable<void> once(double& cost, bool visit) {
    const std::uint64_t first = next_;
    const std::uint64_t count = filler_.fill(size_, first);
    next_ += count;
    const auto started = clock::now();
    while (seen_.records < count) {
      if (visit) {
        co_await events_.async_visit([this](const records::record& record) { seen_(record.data.data()); });
        continue;
      }
      co_await events_.async_read(batch_);
      handle(batch_, seen_);
    }
    batch_.clear();  // what is on loan goes back: the next filling finds all of the ring
    cost = nanoseconds_since(started) / static_cast<double>(count);
    seen_.check(first, count);
  }

  filler filler_{ring_bytes};
  std::uint32_t size_;
  asio::io_context context_{1};
  loop::stream events_;
  records::batch batch_;
  tally seen_;
  std::uint64_t next_ = 0;
};

class polled {
public:
  explicit polled(std::uint32_t size) : size_(size) {}

  double time() {
    const std::uint64_t first = next_;
    const std::uint64_t count = filler_.fill(size_, first);
    next_ += count;
    const auto started = clock::now();
    while (seen_.records < count) consumer_.poll(-1);
    const double cost = nanoseconds_since(started) / static_cast<double>(count);
    seen_.check(first, count);
    return cost;
  }

private:
  filler filler_{ring_bytes};
  std::uint32_t size_;
  tally seen_;
  libbpf_consumer<tally> consumer_{filler_.ring().native_handle(), seen_};
  std::uint64_t next_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    for (const bool visit : {false, true}) {
      for (const std::uint32_t size : {64, 256}) {
        const std::string name = (visit ? "stream_visit/" : "stream/") + std::to_string(size);
        if (!wanted.wants(name)) continue;
        streamed ours{size};
        polled theirs{size};
        const auto costs = measure_pairs(
            wanted.quick ? 5 : 301, [&] { return ours.time(visit); }, [&] { return theirs.time(); });
        report(name, costs, "libbpf ring_buffer__poll", "ns/record");
      }
    }
  });
}
