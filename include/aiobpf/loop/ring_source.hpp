#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/bpf/ring_reader.hpp>
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
  explicit ring_source(const bpf::map& ring, std::optional<bpf::map> counters = std::nullopt);

  int native_handle() const noexcept { return reader_.native_handle(); }
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how);
  void release() noexcept { reader_.release(); }
  ledger statistics() const;

private:
  ledger read_counters() const;

  bpf::ring_reader reader_;
  std::optional<bpf::map> counters_;
  ledger before_;  // what the counters said when we came
  ledger mine_;
};

/// Copies committed records of a ring into a batch; what ring_source and memory_source share.
/// Throws std::bad_alloc, having consumed nothing that is not in the batch.
drain_result drain_ring(bpf::ring_reader& reader, bpf::ring_limits limits, std::size_t id, batch& out,
                        bpf::ring_release how, ledger& counts);

}  // namespace aiobpf::loop
