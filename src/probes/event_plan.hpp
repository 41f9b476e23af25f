#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/probes/program_writer.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/probes/tracefs.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::probes {

/// What of the kernel is looked up, once for all probes that are started together.
class kernel_names {
public:
  const tracefs& events() {
    if (!events_) events_.emplace();
    return *events_;
  }
  const bpf::btf& types() {
    if (!types_) types_.emplace(bpf::btf::of_kernel());
    return *types_;
  }

private:
  std::optional<tracefs> events_;
  std::optional<bpf::btf> types_;
};

/// A program, and the tracepoint that it is attached to.
struct program_target {
  phase which = phase::alone;
  std::uint64_t id = 0;  ///< of the tracepoint
  std::string name{};    ///< "sched:sched_switch"
};

/// An event, looked up: the values that it has, and where its programs go.
struct found_event {
  event_name name;
  field_finder finder;
  std::vector<program_target> targets;  ///< in the order in which they are attached
};

/// `names` and `limits` outlive what it returns. `more` are values beside the event's own.
/// Throws bpf::error: not_found, invalid_expression, not_supported, an errno.
found_event find_event(const std::string& event, const room& limits, kernel_names& names,
                       std::vector<field> more = {});

struct event_plan {
  record_plan record;
  std::vector<program_target> targets;  ///< in the order in which they are attached
};

/// Looks an event up, and plans its records. Loads nothing. Throws as load() does.
event_plan plan_event(const trace_options& options, kernel_names& names);

}  // namespace aiobpf::probes
