#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/loop/batch_queue.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace aiobpf::loop {
namespace {

// Batches smaller than this are joined: a busy taker finds few large ones, and the memory that small ones
// would waste stays within the limit.
constexpr std::size_t join_below_bytes = 64 * 1024;
constexpr std::size_t spare_batches = 4;

}  // namespace

batch_queue::batch_queue(std::size_t limit_bytes)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), limit_(limit_bytes) {
  if (!event_) bpf::throw_system_call(errno, "make an eventfd");
  spare_.reserve(spare_batches);  // so that take() needs no memory
}

bool batch_queue::accepts() const {
  const std::scoped_lock lock{mutex_};
  return !full_ && !failure_;
}

void batch_queue::push(const records::batch& batch) {
  const std::scoped_lock lock{mutex_};
  if (batches_.empty() || batches_.back().bytes() + batch.bytes() > join_below_bytes) {
    if (spare_.empty()) spare_.emplace_back();
    batches_.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  batches_.back().append(batch);  // when it throws, an empty batch is left there: the next one joins it
  bytes_ += batch.bytes();
  size_ += batch.size();
  full_ = bytes_ >= limit_;
  signal();
}

void batch_queue::fail(const turn_result& why) noexcept {
  const std::scoped_lock lock{mutex_};
  failure_ = why;
  signal();
}

void batch_queue::failure_told() noexcept {
  const std::scoped_lock lock{mutex_};
  failure_.reset();
}

batch_queue::taken batch_queue::take(records::batch& out) noexcept {
  const std::scoped_lock lock{mutex_};
  if (batches_.empty()) return {.failure = failure_};
  out.swap(batches_.front());
  auto used = std::move(batches_.front());
  batches_.pop_front();
  if (spare_.size() < spare_batches) {
    used.clear();
    spare_.push_back(std::move(used));
  }
  bytes_ -= out.bytes();
  size_ -= out.size();
  const bool resume = full_ && bytes_ <= limit_ / 2;
  if (resume) full_ = false;
  return {.records = out.size(), .resume = resume, .failure = {}};
}

bool batch_queue::arm() noexcept {
  const std::scoped_lock lock{mutex_};
  if (!batches_.empty() || failure_) return false;
  waiting_ = true;
  return true;
}

void batch_queue::signal() noexcept {
  if (!std::exchange(waiting_, false)) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter is read before the next arm().
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
}

void batch_queue::quiet() noexcept {
  std::uint64_t count;
  [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof(count));
}

std::size_t batch_queue::size() const {
  const std::scoped_lock lock{mutex_};
  return size_;
}

std::size_t batch_queue::size_of(std::uint32_t source) const {
  const std::scoped_lock lock{mutex_};
  std::size_t sum = 0;
  for (const auto& batch : batches_) {
    for (const auto& segment : batch.segments()) sum += segment.source == source ? segment.count : 0;
  }
  return sum;
}

}  // namespace aiobpf::loop
