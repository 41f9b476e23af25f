#pragma once

#include <aiobpf/loop/channel.hpp>
#include <aiobpf/loop/polling.hpp>
#include <aiobpf/records/ledger.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace aiobpf::loop {

/// How one source is read, where it differs from its stream.
struct source_options {
  /// For people: in statistics and messages. By default what the source calls itself.
  std::string name{};
  /// The longest time that a record of this source may wait; by default the stream's.
  std::optional<std::chrono::nanoseconds> latency{};
  /// Reads it by polling; by default as the stream does.
  std::optional<polling> poll{};
};

/// Something that records come from, as a user adds it to a stream: a ring, a perf buffer, a capture.
///
/// It has one or more channels, whose number and descriptors do not change, and its own account. A new
/// kind of source is a class that implements this; docs/architecture.md shows one.
///
/// Threads  one at a time
class source {
public:
  virtual ~source() = default;

  /// What it is called when the user gives it no name.
  virtual std::string name() const = 0;

  virtual std::size_t channels() const noexcept = 0;
  virtual channel& get_channel(std::size_t index) noexcept = 0;  ///< index < channels()

  /// The source's half of the ledger: counts up to `received`; the rest is 0. Cheap: no system call, and no
  /// walk over what is unread, unless there is no other way to know.
  virtual records::ledger statistics() const = 0;

  /// The same with `unread` found by looking at each record that is there: its second sum is a proof.
  virtual records::ledger verify() const { return statistics(); }

  /// What is before `position`, in a source that was told to wait for this, may be released. By default there
  /// is nothing to do: records are released as they are taken.
  virtual void acknowledge(std::uint64_t /*position*/) noexcept {}
};

/// A source with one channel: itself.
class single_source : public source, public channel {
public:
  std::size_t channels() const noexcept final { return 1; }
  channel& get_channel(std::size_t) noexcept final { return *this; }
};

}  // namespace aiobpf::loop
