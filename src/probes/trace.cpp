#include <aiobpf/bpf/assembled_program.hpp>
#include <aiobpf/bpf/attach/assembled.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/missed_runs.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include "event_plan.hpp"

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <utility>

namespace aiobpf::probes {
namespace {

// As AIOBPF_LEDGER_CPUS and struct aiobpf_ledger of bpf/aiobpf.bpf.h.
constexpr std::uint32_t counted_cpus = 1024;
constexpr std::uint32_t counters_bytes = 64;

/// The maps of a probe: they live as long as its programs.
class maps {
public:
  maps(const record_plan& plan, std::size_t ring_bytes, std::uint32_t calls)
      : ring(bpf::create_map({.name = plan.name,
                              .type = BPF_MAP_TYPE_RINGBUF,
                              .max_entries = static_cast<std::uint32_t>(ring_bytes)})),
        counters(bpf::create_map({.name = plan.name + "__ledger",
                                  .type = BPF_MAP_TYPE_ARRAY,
                                  .key_size = 4,
                                  .value_size = counters_bytes,
                                  .max_entries = counted_cpus,
                                  .flags = BPF_F_MMAPABLE})) {
    const auto size = static_cast<std::uint32_t>(plan.size);
    if (plan.per_second > 0) add(numbers.limit, BPF_MAP_TYPE_ARRAY, plan.name + "__limit", 4, 8, 1);
    if (calls > 0) {
      add(numbers.begun, BPF_MAP_TYPE_HASH, plan.name + "__begun", 8, size, calls, BPF_F_NO_PREALLOC);
      add(numbers.scratch, BPF_MAP_TYPE_PERCPU_ARRAY, plan.name + "__new", 4, size, 1);
    }
    numbers.ring = ring.native_handle();
    numbers.ring_bytes = ring_bytes;
    numbers.counters = counters->native_handle();
  }

  bpf::map ring;
  std::optional<bpf::map> counters;
  program_maps numbers;

private:
  void add(int& number, std::uint32_t type, const std::string& name, std::uint32_t key_size,
           std::uint32_t value_size, std::uint32_t max_entries, std::uint32_t flags = 0) {
    others_.push_back(bpf::create_map({.name = name,
                                       .type = type,
                                       .key_size = key_size,
                                       .value_size = value_size,
                                       .max_entries = max_entries,
                                       .flags = flags}));
    number = others_.back().native_handle();
  }

  std::vector<bpf::map> others_;
};

}  // namespace

struct probe::state {
  std::string event;
  event_plan plan;
  std::vector<bpf::assembled_program> programs;  // one a target
  std::unique_ptr<loop::source> source;
  std::vector<bpf::link> links;
};

probe::probe(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
probe::probe(probe&&) noexcept = default;
probe& probe::operator=(probe&&) noexcept = default;
probe::~probe() = default;

const std::string& probe::event() const noexcept {
  return state_->event;
}

const record_plan& probe::plan() const noexcept {
  return state_->plan.record;
}

std::unique_ptr<loop::source> probe::take_source() {
  if (!state_->source) {
    throw bpf::error{bpf::errc::closed, "read " + state_->event + ": its source was taken already"};
  }
  return std::move(state_->source);
}

void probe::attach() {
  if (is_attached()) return;
  std::vector<bpf::link> links;
  for (std::size_t i = 0; i < state_->programs.size(); ++i) {
    const auto& target = state_->plan.targets[i];
    links.push_back(
        bpf::attach(state_->programs[i], bpf::perf_place{.type = PERF_TYPE_TRACEPOINT,
                                                         .config = target.id,
                                                         .description = "the tracepoint " + target.name}));
  }
  state_->links = std::move(links);
}

void probe::detach() noexcept {
  while (!state_->links.empty()) state_->links.pop_back();  // the last first: a call's entry before its exit
}

bool probe::is_attached() const noexcept {
  return !state_->links.empty();
}

record_plan plan(const trace_options& options) {
  kernel_names names;
  return plan_event(options, names).record;
}

std::vector<probe> load(std::span<const trace_options> all) {
  kernel_names names;
  std::vector<event_plan> plans;
  for (const auto& one : all) plans.push_back(plan_event(one, names));
  std::vector<probe> made;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto its = std::make_unique<probe::state>();
    its->event = all[i].event;
    its->plan = std::move(plans[i]);
    const auto& record = its->plan.record;
    const bool is_call = its->plan.targets.size() > 1;
    const maps used{record, all[i].ring_bytes, is_call ? std::max(all[i].calls, 1U) : 0};
    std::vector<bpf::unique_fd> programs;
    for (const auto& target : its->plan.targets) {
      its->programs.emplace_back(
          write_program(record, used.numbers, target.which),
          bpf::assembled_program_options{.type = BPF_PROG_TYPE_TRACEPOINT, .name = record.name});
      programs.push_back(bpf::unique_fd::duplicate(its->programs.back().native_handle()));
    }
    its->source = std::make_unique<sources::ring_source>(used.ring, used.counters,
                                                         bpf::missed_runs{std::move(programs)});
    made.push_back(probe{std::move(its)});
  }
  return made;
}

std::vector<probe> trace(std::span<const trace_options> all) {
  auto made = load(all);
  for (auto& one : made) one.attach();
  return made;
}

probe trace(const trace_options& options) {
  return std::move(trace(std::span{&options, 1}).front());
}

}  // namespace aiobpf::probes
