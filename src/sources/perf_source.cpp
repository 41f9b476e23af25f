#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/cpu_buffer.hpp>
#include <aiobpf/rings/cpus.hpp>
#include <aiobpf/rings/event_array.hpp>
#include <aiobpf/sources/perf_drain.hpp>
#include <aiobpf/sources/perf_source.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

namespace aiobpf::sources {
namespace {

using clock = std::chrono::steady_clock;

std::size_t round_bytes(std::size_t wanted) {
  constexpr std::size_t largest = std::size_t{1} << 40;  // more than any machine has
  return std::bit_ceil(std::clamp(wanted, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), largest));
}

}  // namespace

struct perf_source::shared {
  // How often it is looked which CPUs are online.
  static constexpr std::chrono::seconds between_looks{1};

  shared(const bpf::map& map, const perf_options& wanted)
      : options(wanted), array(map), online(cpus.online()), looked(clock::now()) {
    options.bytes = round_bytes(options.bytes);
  }

  bool is_online(int cpu) const noexcept { return std::binary_search(online.begin(), online.end(), cpu); }

  // Now and then: which CPUs are online. Throws std::bad_alloc.
  void look() {
    const auto now = clock::now();
    if (now < looked + between_looks) return;
    looked = now;
    auto found = cpus.online();
    if (found == online) return;
    online = std::move(found);
    ++changes;
  }

  bpf::fork_guard made;
  perf_options options;
  rings::event_array array;
  rings::cpus cpus;
  std::vector<int> online;
  clock::time_point looked;
  unsigned changes = 0;  // of `online`
  std::shared_ptr<perf_losses> losses = std::make_shared<perf_losses>();
};

class perf_source::per_cpu final : public loop::channel {
public:
  per_cpu(int cpu, shared& common)
      : cpu_(cpu),
        shared_(common),
        told_(common.losses->add(cpu)),
        drain_(cpu, common.options.record_bytes),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) bpf::throw_system_call(errno, "watch a perf buffer");
    open();
  }

  // An epoll instance, as the event in it is another one when its CPU was away.
  int native_handle() const noexcept override { return epoll_.get(); }
  loop::readiness get_readiness() const noexcept override { return loop::readiness::edge; }
  std::size_t capacity() const noexcept override { return shared_.options.bytes; }
  bool has_records() const noexcept override {
    return shared_.made.is_ours() && buffer_ && buffer_->reader().available() > 0;
  }

  loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out) override {
    return take(request, [&](rings::perf_reader& from) { return drain_.drain(from, request, out); });
  }
  loop::drain_result visit(const loop::drain_request& request, std::uint32_t id,
                           loop::segment_visitor& visitor) override {
    return take(request, [&](rings::perf_reader& from) { return drain_.visit(from, request, id, visitor); });
  }

  void release() noexcept override {
    if (shared_.made.is_ours() && buffer_ && !loud_) loud_ = shared_.array.put(buffer_->loud());
  }

  void count(records::ledger& sum) const noexcept {
    sum.received += drain_.received();
    sum.bytes += drain_.bytes();
    std::uint64_t lost = ended_lost_;
    if (buffer_ && shared_.made.is_ours()) {
      sum.unread += buffer_->reader().look_ahead();
      const auto exact = buffer_->lost();
      sum.counted = sum.counted && exact.has_value();
      lost += exact.value_or(drain_.told_lost() - told_before_);
    }
    sum.lost[records::cause::ring_full] += lost;
  }

private:
  template <class Drain>
  loop::drain_result take(const loop::drain_request& request, Drain&& drain) {
    if (!shared_.made.is_ours()) return {.stop = loop::drain_stop::failed, .error = bpf::errc::closed};
    if (!has_records()) {  // there is time
      follow();
      if (!buffer_) return {};
    }
    if (request.wakeups && !loud_) release();
    auto& reader = buffer_->reader();
    if (reader.available() == 0) return {};
    // What is written after this makes the descriptor readable again.
    if (request.wakeups) buffer_->loud().quiet();
    const auto result = drain(reader);
    told_.store(drain_.told_lost(), std::memory_order_relaxed);
    if (!request.wakeups && loud_ && result.bytes > 0) loud_ = !shared_.array.put(buffer_->quiet());
    return result;
  }

  void open() {
    auto opened = rings::cpu_buffer::open(cpu_, shared_.options.bytes);
    online_ = opened.has_value();
    if (!opened) return;
    ::epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, opened->loud().native_handle(), &event) != 0)
      bpf::throw_system_call(errno, "watch a perf buffer");
    if (!shared_.array.put(opened->loud())) bpf::throw_system_call(errno, "put a perf event into its map");
    buffer_ = std::move(opened);
    loud_ = true;
  }

  // A CPU that was away, and is back: its events are dead, and what they wrote has been read.
  void follow() {
    shared_.look();
    if (std::exchange(followed_, shared_.changes) == shared_.changes) return;
    const bool online = shared_.is_online(cpu_);
    if (!std::exchange(online_, online) && online) replace();
  }

  void replace() noexcept {
    if (buffer_) {
      ended_lost_ += buffer_->lost().value_or(drain_.told_lost() - told_before_);
      told_before_ = drain_.told_lost();
      drain_.begin_again(buffer_->reader());
      buffer_.reset();
    }
    try {
      open();
    } catch (const std::exception&) {
      online_ = false;
    }
    if (!online_) --followed_;  // tried again
  }

  int cpu_;
  shared& shared_;
  std::atomic<std::uint64_t>& told_;
  perf_drain drain_;
  bpf::unique_fd epoll_;
  std::optional<rings::cpu_buffer> buffer_;  // nothing while the CPU has never been online
  bool loud_ = false;                        // programs wake us with each record
  bool online_ = false;
  unsigned followed_ = 0;          // changes of what is online
  std::uint64_t ended_lost_ = 0;   // of buffers that were replaced
  std::uint64_t told_before_ = 0;  // told_lost() of those
};

perf_source::perf_source(const bpf::map& map, perf_options options)
    : name_(map.name()), shared_(std::make_unique<shared>(map, options)) {
  for (const int cpu : rings::cpus::present()) {
    if (static_cast<std::size_t>(cpu) >= shared_->array.size()) break;
    channels_.push_back(std::make_unique<per_cpu>(cpu, *shared_));
  }
  if (channels_.empty()) {
    throw bpf::error{bpf::errc::not_supported,
                     "read perf buffer '" + name_ + "': the map has no place for any CPU"};
  }
}

perf_source::perf_source(const bpf::object& object, std::string_view name, perf_options options)
    : perf_source(object.map(name), options) {}

perf_source::perf_source(perf_source&&) noexcept = default;
perf_source::~perf_source() = default;

loop::channel& perf_source::get_channel(std::size_t index) noexcept {
  return *channels_[index];
}

std::shared_ptr<const perf_losses> perf_source::losses() const noexcept {
  return shared_->losses;
}

records::ledger perf_source::statistics() const {
  records::ledger out{.counted = true};
  for (const auto& one : channels_) one->count(out);
  out.submitted = out.received + out.unread;
  out.seen = out.submitted + out.lost[records::cause::ring_full];
  return out;
}

}  // namespace aiobpf::sources
