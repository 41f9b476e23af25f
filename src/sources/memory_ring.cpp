#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/ring_writer.hpp>
#include <aiobpf/sources/memory_ring.hpp>
#include <aiobpf/sources/ring_counters.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace aiobpf::sources {
namespace {

bpf::unique_fd make_eventfd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) bpf::throw_system_call(errno, "make an eventfd");
  return bpf::unique_fd{fd};
}

}  // namespace

struct memory_ring::state {
  explicit state(std::size_t bytes)
      : memory(rings::ring_memory::make(bytes, make_eventfd())), writer(memory) {}

  // One write for each time that the reader has caught up: it may wait for an edge.
  void signal() noexcept {
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its limit, the descriptor lives as long as we do.
    [[maybe_unused]] const auto put = ::write(memory.native_handle(), &one, sizeof(one));
    signalled = true;
  }

  // Before the walk. A producer that has committed and not yet written makes the descriptor readable once
  // more.
  void quiet() noexcept {
    if (!made.is_ours() || !signalled.exchange(false)) return;
    std::uint64_t count;
    [[maybe_unused]] const auto got = ::read(memory.native_handle(), &count, sizeof(count));
  }

  ring_counters counters() const noexcept {
    // Seen last, as in a kernel ring's counters: it is then never less than what came of it.
    ring_counters now;
    now.discarded = discarded;
    now.lost[records::cause::ring_full] = ring_full;
    now.lost[records::cause::oversize] = oversize;
    now.seen = seen;
    return now;
  }

  const bpf::fork_guard made;
  rings::ring_memory memory;
  rings::ring_writer writer;
  std::mutex reserving;  // the kernel takes a spinlock here
  std::atomic<bool> signalled{false};
  std::atomic<std::uint64_t> seen{0};
  std::atomic<std::uint64_t> discarded{0};
  std::atomic<std::uint64_t> ring_full{0};
  std::atomic<std::uint64_t> oversize{0};
};

memory_ring::memory_ring(std::size_t bytes) : state_(std::make_shared<state>(bytes)) {}

memory_source memory_ring::source() const {
  state_->made.check("read a ring in memory");
  return memory_source{state_};
}

std::byte* memory_ring::reserve(std::size_t bytes) const {
  state& ring = *state_;
  ring.made.check("emit into a ring in memory");
  ++ring.seen;
  const auto reserved = [&] {
    const std::scoped_lock lock{ring.reserving};
    return ring.writer.reserve(bytes);
  }();
  if (reserved.why == rings::ring_writer::refusal::full) ++ring.ring_full;
  if (reserved.why == rings::ring_writer::refusal::oversize) ++ring.oversize;
  return reserved.record;
}

// One that was reserved before fork() is the parent's to commit.
void memory_ring::submit(std::byte* record) const noexcept {
  if (!state_->made.is_ours()) return;
  if (state_->writer.submit(record)) state_->signal();
}

void memory_ring::discard(std::byte* record) const noexcept {
  if (!state_->made.is_ours()) return;
  ++state_->discarded;
  if (state_->writer.discard(record)) state_->signal();
}

bool memory_ring::emit(std::span<const std::byte> record) const {
  std::byte* room = reserve(record.size());
  if (room == nullptr) return false;
  if (!record.empty()) std::memcpy(room, record.data(), record.size());
  submit(room);
  return true;
}

memory_source::memory_source(std::shared_ptr<memory_ring::state> state)
    : state_(std::move(state)), ring_(state_->memory) {}

loop::drain_result memory_source::drain(const loop::drain_request& request, records::batch_writer& out) {
  state_->quiet();
  return ring_.drain(request, out);
}

loop::drain_result memory_source::visit(const loop::drain_request& request, std::uint32_t id,
                                        loop::segment_visitor& visitor) {
  state_->quiet();
  return ring_.visit(request, id, visitor);
}

records::ledger memory_source::statistics() const {
  if (ring_.is_taken()) return account_of_taken(ring_.received(), ring_.bytes());
  const std::uint64_t received = ring_.received();
  return account_of(state_->counters(), received, ring_.bytes());
}

records::ledger memory_source::verify() const {
  auto out = statistics();
  if (out.counted) out.unread = ring_.reader().look_ahead().records;
  return out;
}

}  // namespace aiobpf::sources
