#pragma once

#include "numbers.hpp"

#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace aiobpf::tests {

/// What a fake source and its test share: the test writes, the source reads. A thread may drain while the
/// test emits; what else it sets or looks at is set before, or after the stream is gone.
struct fake {
  bpf::unique_fd readable{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;  ///< of what a drain and emit() touch
  std::vector<std::vector<std::byte>> records;
  std::size_t next = 0;                 ///< the first record that was not taken
  std::uint64_t position = 0;           ///< its position
  std::uint64_t bytes = 0;              ///< space taken
  bool busy = false;                    ///< behind the records is a reserved one
  bool ended = false;                   ///< there will be no more
  boost::system::error_code failure{};  ///< it fails behind the records
  bool lends = false;                   ///< drains say that records are on loan
  std::size_t drains = 0;               ///< how often drain() was called
  std::size_t releases = 0;             ///< how often release() was called
  bool wakeups = true;                  ///< as the last drain() was told
  std::uint64_t acknowledged = 0;

  /// A record as BPF_RB_NO_WAKEUP submits it: nobody is told.
  void emit_silently(std::uint64_t number, std::size_t size = 48) {
    const std::scoped_lock lock{mutex};
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

/// The simplest source there can be: an eventfd and a vector of records.
class fake_source final : public loop::single_source {
public:
  explicit fake_source(std::shared_ptr<fake> state) : state_(std::move(state)) {}

  std::string name() const override { return "fake"; }
  int native_handle() const noexcept override { return state_->readable.get(); }

  loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out) override {
    fake& state = *state_;
    const std::scoped_lock lock{state.mutex};
    ++state.drains;
    state.wakeups = request.wakeups;
    std::uint64_t signals;
    [[maybe_unused]] const auto got = ::read(state.readable.get(), &signals, sizeof(signals));

    loop::drain_result result;
    for (; state.next < state.records.size(); ++state.next, ++result.records) {
      const auto& record = state.records[state.next];
      const std::size_t stride = (record.size() + 8 + 7) / 8 * 8;
      if (result.records > 0 &&
          (result.records >= request.records || result.bytes + stride > request.bytes)) {
        result.stop = loop::drain_stop::limit;
        return result;
      }
      const auto room = out.reserve(stride);
      std::copy(record.begin(), record.end(), room.bytes);
      out.add({.data = room.bytes,
               .position = state.position,
               .bytes = stride,
               .count = 1,
               .length = static_cast<std::uint32_t>(record.size()),
               .stride = static_cast<std::uint32_t>(stride)});
      state.position += stride;
      state.bytes += stride;
      result.bytes += stride;
    }
    result.lent = state.lends;
    if (state.busy) result.stop = loop::drain_stop::busy;
    if (state.ended) result.stop = loop::drain_stop::ended;
    if (state.failure) {
      result.stop = loop::drain_stop::failed;
      result.error = state.failure;
    }
    return result;
  }

  void release() noexcept override { ++state_->releases; }
  void acknowledge(std::uint64_t position) noexcept override { state_->acknowledged = position; }

  records::ledger statistics() const override {
    const std::scoped_lock lock{state_->mutex};
    records::ledger out;
    out.counted = true;
    out.seen = out.submitted = state_->records.size();
    out.received = state_->next;
    out.unread = out.submitted - out.received;
    out.bytes = state_->bytes;
    return out;
  }

private:
  std::shared_ptr<fake> state_;
};

}  // namespace aiobpf::tests
