#pragma once

#include <aiobpf/records/segment.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>

namespace aiobpf::records {
class batch_writer;
}

namespace aiobpf::loop {

/// How much one drain may take. At least one record is taken, whatever the limits, so that each makes
/// progress.
struct drain_request {
  std::size_t records = SIZE_MAX;  ///< discarded ones count as well
  std::size_t bytes = SIZE_MAX;    ///< of space in the source: headers and padding included
  /// False: whoever takes them will look again by a timer, so the producer need send no wakeup until
  /// release().
  bool wakeups = true;
  /// False: records are copied, however many there are.
  bool lend = true;
};

/// Why a drain ended.
enum class drain_stop : std::uint8_t {
  empty,   ///< nothing is left; the descriptor becomes readable when more comes
  busy,    ///< the next record is not complete yet; the descriptor becomes readable when it is
  limit,   ///< there may be more
  ended,   ///< there will be no more
  failed,  ///< it cannot be read any more: `error` says why
};

/// What one bounded drain did.
struct drain_result {
  std::size_t records = 0;
  std::size_t bytes = 0;
  drain_stop stop = drain_stop::empty;
  /// A batch has records on loan: nothing that comes after them is announced before they are given back.
  bool lent = false;
  boost::system::error_code error{};
};

/// What a channel's descriptor promises.
enum class readiness : std::uint8_t {
  /// It polls readable as long as there is something to take.
  level,
  /// It polls readable once after records came: whoever asks has been told. So such a channel is armed, then
  /// drained, and only then waited for, and after every wake all of them are looked at.
  edge,
};

/// Called with the records of a drain that are not put into a batch, segment by segment, where they are.
class segment_visitor {
public:
  /// May throw: then the records that `visited` counts, that is all up to and with the one that threw, are
  /// consumed, the others stay.
  virtual void operator()(const records::segment& segment) = 0;

  /// Records of the segment that were visited, the current one included.
  std::uint32_t visited = 0;

protected:
  ~segment_visitor() = default;
};

/// One descriptor and what can be drained when it is readable: a ring, the perf buffer of one CPU, a socket.
///
/// Threads  one at a time, except for native_handle()
class channel {
public:
  virtual ~channel() = default;

  /// A descriptor for epoll: it turns readable when records came. The same one at all times.
  virtual int native_handle() const noexcept = 0;
  virtual readiness get_readiness() const noexcept { return readiness::level; }

  /// Bytes that its buffer takes; 0 where there is none that could fill.
  virtual std::size_t capacity() const noexcept { return 0; }

  /// Whether a drain would find records, as far as that can be seen without a system call. May say no.
  virtual bool has_records() const noexcept { return false; }

  /// Appends records to `out`, within the limits; never waits. After `ended` or `failed` it is not called
  /// again. Throws std::bad_alloc only, and then has taken nothing.
  virtual drain_result drain(const drain_request& request, records::batch_writer& out) = 0;

  /// The same in one pass: calls `visitor` with the records of source number `id` where they are, and
  /// releases them. Payloads are aligned to 4 at least. What the visitor throws passes through. By default,
  /// one by one by way of a batch.
  virtual drain_result visit(const drain_request& request, std::uint32_t id, segment_visitor& visitor);

  /// Ends the hold-back of drains without wakeups: the descriptor tells of records that come from now on;
  /// what came before is found by the next drain.
  virtual void release() noexcept {}
};

}  // namespace aiobpf::loop
