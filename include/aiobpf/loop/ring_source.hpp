#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/loop/ring_drain.hpp>
#include <aiobpf/loop/source.hpp>

#include <optional>
#include <string_view>

namespace aiobpf::loop {

/// A kernel ring buffer as a source, with the counters its BPF programs keep (aiobpf.bpf.h), if any.
///
/// A ring that was read before counts from now on: what lies in it unread is part of the ledger, what
/// others have taken is not.
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
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
    return ring_.drain(limits, id, out, how);
  }
  void release() noexcept { ring_.release(); }
  ledger statistics() const;

private:
  ledger read_counters() const;

  ring_drain ring_;
  std::optional<bpf::map> counters_;
  ledger before_;  // what the counters said when we came
};

}  // namespace aiobpf::loop
