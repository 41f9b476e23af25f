#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/rings/perf_event.hpp>

#include <cstddef>

namespace aiobpf::rings {

/// A BPF_MAP_TYPE_PERF_EVENT_ARRAY, into which the reader puts one event a CPU.
///
/// The kernel takes out what was put in when this ends, or the process does (unless the map has
/// BPF_F_PRESERVE_ELEMS); without CAP_SYS_ADMIN, when the object that the map is of ends as well. What is
/// left until then goes nowhere: programs get an error.
///
/// Threads  any
class event_array {
public:
  /// Throws bpf::error: wrong_type, an errno.
  explicit event_array(const bpf::map& map);

  /// How many CPUs have a place.
  std::size_t size() const noexcept { return map_.max_entries(); }

  /// Programs that run on the event's CPU write through it from now on. False when the kernel refuses: the
  /// CPU has no place.
  bool put(const perf_event& event) const noexcept;

private:
  bpf::map map_;
};

}  // namespace aiobpf::rings
