#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/loop/memory_ring.hpp>
#include <aiobpf/loop/ring_source.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace aiobpf::loop {
namespace {

bpf::unique_fd make_eventfd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) bpf::throw_system_call(errno, "make an eventfd");
  return bpf::unique_fd{fd};
}

}  // namespace

struct memory_ring::state {
  explicit state(std::size_t bytes) : memory(bpf::ring_memory::make(bytes, make_eventfd())) {}

  // One write until the reader has looked. `due` says that a producer will write or has written; `written`
  // that it has. The reader takes back a write only when it is done: one that comes after the reader looked
  // for it would leave the descriptor readable with nobody to quiet it.
  static constexpr unsigned due = 1;
  static constexpr unsigned written = 2;

  void signal() noexcept {
    if (signalled.fetch_or(due) & due) return;
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its limit, the descriptor lives as long as we do.
    [[maybe_unused]] const auto put = ::write(memory.native_handle(), &one, sizeof(one));
    signalled.fetch_or(written);
  }

  // Before the walk: a producer that still finds `due` has committed what the walk will find.
  void quiet() noexcept {
    if (!made.is_ours() || !(signalled.load() & written)) return;
    std::uint64_t count;
    [[maybe_unused]] const auto got = ::read(memory.native_handle(), &count, sizeof(count));
    signalled.exchange(0);
  }

  const bpf::fork_guard made;
  bpf::ring_memory memory;
  std::mutex reserving;  // the kernel takes a spinlock here
  std::atomic<unsigned> signalled{0};
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
  const std::size_t size = ring.memory.size();
  if (bytes > bpf::ring_header::longest ||
      bpf::ring_header::stride(static_cast<std::uint32_t>(bytes)) >= size) {
    ++ring.oversize;
    return nullptr;
  }
  const auto length = static_cast<std::uint32_t>(bytes);
  const std::uint64_t needed = bpf::ring_header::stride(length);

  const std::scoped_lock lock{ring.reserving};
  const std::uint64_t at = ring.memory.produced();
  if (at + needed - ring.memory.consumed() > size - 1) {
    ++ring.ring_full;
    return nullptr;
  }
  std::byte* header = ring.memory.writable_data() + (at & (size - 1));
  __atomic_store_n(reinterpret_cast<std::uint32_t*>(header), length | bpf::ring_header::busy_bit,
                   __ATOMIC_RELAXED);
  __atomic_store_n(ring.memory.writable_producer(), at + needed, __ATOMIC_RELEASE);
  return header + bpf::ring_header::size;
}

void memory_ring::commit(std::byte* record, std::uint32_t flag) const noexcept {
  if (!state_->made.is_ours()) return;  // reserved before fork(): the parent commits it
  auto* word = reinterpret_cast<std::uint32_t*>(record - bpf::ring_header::size);
  const std::uint32_t length = bpf::ring_header::length(__atomic_load_n(word, __ATOMIC_RELAXED));
  __atomic_store_n(word, length | flag, __ATOMIC_RELEASE);
  state_->signal();
}

void memory_ring::submit(std::byte* record) const noexcept {
  commit(record, 0);
}

void memory_ring::discard(std::byte* record) const noexcept {
  ++state_->discarded;
  commit(record, bpf::ring_header::discard_bit);
}

bool memory_ring::emit(std::span<const std::byte> record) const {
  std::byte* room = reserve(record.size());
  if (room == nullptr) return false;
  if (!record.empty()) std::memcpy(room, record.data(), record.size());
  submit(room);
  return true;
}

memory_source::memory_source(std::shared_ptr<memory_ring::state> ring)
    : ring_(std::move(ring)), drain_(ring_->memory) {}

drain_result memory_source::drain(bpf::ring_limits limits, std::size_t id, batch& out,
                                  bpf::ring_release how) {
  ring_->quiet();
  return drain_.drain(limits, id, out, how);
}

ledger memory_source::statistics() const {
  ledger out;
  out.received = drain_.received();
  out.bytes = drain_.bytes();
  out.delivered = out.received;
  if (drain_.is_taken()) {
    out.submitted = out.seen = out.received;
    return out;
  }
  out.counted = true;
  out.unread = drain_.reader().look_ahead().records;
  out.seen = ring_->seen;
  out.discarded = ring_->discarded;
  out.ring_full = ring_->ring_full;
  out.oversize = ring_->oversize;
  out.submitted = out.seen - out.discarded - out.ring_full - out.oversize;
  return out;
}

}  // namespace aiobpf::loop
