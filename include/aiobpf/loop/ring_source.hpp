#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/loop/ring_counters.hpp>
#include <aiobpf/loop/ring_drain.hpp>
#include <aiobpf/loop/source.hpp>

#include <optional>
#include <string_view>

namespace aiobpf::loop {

/// A kernel ring buffer as a source, with the counters its BPF programs keep (aiobpf.bpf.h), if any.
///
/// A ring that was read before counts from now on: what is unread in it is part of the ledger, what others
/// have taken is not. When programs emit meanwhile, the ledger says `settling` until a quiet moment, of a few
/// microseconds, has told which of the counted records are whose. When another reader takes the ring, the
/// ledger says what was received until then, and is not `counted` any more.
/// Threads  statistics() may run beside drain() only when the owner sees to it
class ring_source {
public:
  /// The ring `name` of an object, and its `name__ledger` when there is one.
  /// Throws bpf::error: not_found, wrong_type (no ring buffer), an errno.
  ring_source(const bpf::object& object, std::string_view name);

  /// A ring by its map. `counters` is the map of struct aiobpf_ledger, else kernel losses are not counted.
  /// Throws bpf::error: wrong_type (no ring buffer), wrong_size or an errno (no such counters).
  explicit ring_source(const bpf::map& ring, std::optional<bpf::map> counters = std::nullopt);

  int native_handle() const noexcept { return ring_.reader().native_handle(); }
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  void release() noexcept { ring_.release(); }
  ledger statistics() const;

private:
  struct observation;
  ring_counters read_counters() const;
  observation observe() const;

  ring_drain ring_;
  std::optional<bpf::map> counters_;
  ring_counters before_;             // when we came
  mutable earlier_records earlier_;  // found when it can be; constant from then on
};

}  // namespace aiobpf::loop
