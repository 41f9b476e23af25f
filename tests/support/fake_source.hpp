#pragma once

#include "numbers.hpp"

#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/source.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace aiobpf::tests {

/// What a fake source and its test share: the test writes, the source reads. Not for threads.
struct fake {
  bpf::unique_fd readable{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::vector<std::vector<std::byte>> records;
  std::size_t next = 0;        ///< the first record that was not taken
  std::uint64_t position = 0;  ///< its position, as in a ring
  std::uint64_t bytes = 0;     ///< ring space taken
  bool busy = false;           ///< behind the records stands a reserved one
  bool corrupt = false;        ///< behind the records the memory is inconsistent
  bool taken = false;          ///< behind the records another reader has the ring
  std::size_t drains = 0;      ///< how often drain() was called
  std::size_t releases = 0;    ///< how often release() was called
  bpf::ring_release how{};     ///< as the last drain() was told

  /// A record as BPF_RB_NO_WAKEUP submits it: nobody is told.
  void emit_silently(std::uint64_t number, std::size_t size = 48) {
    records.push_back(numbered_record(number, size));
  }
  void emit(std::uint64_t number, std::size_t size = 48) {
    emit_silently(number, size);
    signal();
  }
  void signal() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(readable.get(), &one, sizeof(one));
  }
};

/// The simplest record_source there can be: an eventfd and a vector of records.
class fake_source {
public:
  explicit fake_source(std::shared_ptr<fake> state) : state_(std::move(state)) {}

  int native_handle() const noexcept { return state_->readable.get(); }

  loop::drain_result drain(bpf::ring_limits limits, std::size_t id, loop::batch& out, bpf::ring_release how) {
    fake& state = *state_;
    ++state.drains;
    state.how = how;
    std::uint64_t signals;
    [[maybe_unused]] const auto got = ::read(state.readable.get(), &signals, sizeof(signals));

    loop::drain_result result;
    for (; state.next < state.records.size(); ++state.next, ++result.records) {
      const auto& record = state.records[state.next];
      const auto length = static_cast<std::uint32_t>(record.size());
      const auto stride = static_cast<std::size_t>(bpf::ring_header::stride(length));
      if (result.records > 0 && (result.records >= limits.records || result.bytes + stride > limits.bytes)) {
        result.stop = bpf::ring_stop::limit;
        return result;
      }
      std::byte* room = out.reserve(stride);
      std::memcpy(room, &length, sizeof(length));
      std::copy(record.begin(), record.end(), room + bpf::ring_header::size);
      const std::uint64_t end = state.position + stride;
      out.commit(id, {.begin = state.position,
                      .end = end,
                      .last = state.position,
                      .records = 1,
                      .uniform = true,
                      .length = length});
      state.position = end;
      state.bytes += stride;
      result.bytes += stride;
    }
    if (state.busy) result.stop = bpf::ring_stop::busy;
    if (state.corrupt) result.stop = bpf::ring_stop::corrupt;
    if (state.taken) result.stop = bpf::ring_stop::taken;
    return result;
  }

  void release() noexcept { ++state_->releases; }

  loop::ledger statistics() const {
    loop::ledger out;
    out.counted = true;
    out.seen = out.submitted = state_->records.size();
    out.received = out.delivered = state_->next;
    out.unread = out.submitted - out.received;
    out.bytes = state_->bytes;
    return out;
  }

private:
  std::shared_ptr<fake> state_;
};

}  // namespace aiobpf::tests
