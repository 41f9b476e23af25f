#include <aiobpf/bpf/assembled_program.hpp>
#include <aiobpf/bpf/attach/assembled.hpp>
#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/mapped_array.hpp>
#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/probes/aggregate.hpp>

#include "aggregate_code.hpp"
#include "event_plan.hpp"

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace aiobpf::probes {
namespace {

constexpr std::uint32_t counted_cpus = 1024;
constexpr std::uint32_t counters_bytes = 64;
constexpr std::uint32_t begun_calls = 16 * 1024;
constexpr std::size_t largest_key = 256;  // it is on the stack, which has 512 bytes for all

[[noreturn]] void refuse(const std::string& event, const std::string& what) {
  throw bpf::error{bpf::errc::invalid_expression, "count " + event + ": " + what};
}

/// What one event adds to the table: a program, or two of a call.
struct planned_event {
  std::vector<program_target> targets;
  record_plan kept;  // of a call
  aggregate_plan plan;

  bool is_call() const { return targets.size() > 1; }
};

// A value that is known when the call begins is read from what was kept then.
field kept_field(const field& from, const record_plan& kept) {
  const auto found = std::find_if(kept.fields.begin(), kept.fields.end(), [&](const auto& one) {
    return one.name == from.name && one.at.from == from.at.from;
  });
  if (from.at_exit || found == kept.fields.end() || from.at.from != location::root::context) return from;
  field made = from;
  made.is_array = true;  // a text is whole, whatever is in it
  made.at = {.from = location::root::kept, .path = {found->record_offset}};
  return made;
}

class planner {
public:
  planner(const aggregate_options& options, kernel_names& names)
      : options_(options), names_(names), limits_{.text = options.text_bytes, .bytes = options.text_bytes} {}

  planned_event plan(std::size_t number) {
    const auto& event = options_.events[number];
    field number_of_event{.name = "event",
                          .size = 4,
                          .type = number_type(4, false),
                          .at = {.from = location::root::constant, .offset = number}};
    std::vector<field> more{std::move(number_of_event)};
    if (options_.sorted != aggregate_options::buckets::none) more.push_back(bucket_field());
    auto found = find_event(event, limits_, names_, std::move(more));
    planned_event made{.targets = std::move(found.targets), .kept = {}, .plan = {}};
    made.plan.key = make_plan(found.finder, key_options(found.name.name));
    if (made.plan.key.size > largest_key) {
      throw bpf::error{bpf::errc::not_supported,
                       "count " + event + ": a key of " + std::to_string(made.plan.key.size) +
                           " bytes, more than " + std::to_string(largest_key) + ": name fewer fields"};
    }
    if (!options_.value.empty()) made.plan.value = value(found.finder, event);
    set_buckets(made.plan, event);
    if (made.is_call()) keep(made, found);
    return made;
  }

private:
  plan_options key_options(const std::string& name) const {
    plan_options made{.name = name,
                      .has_header = false,
                      .fields = options_.by,
                      .where = options_.where,
                      .pid = options_.pid,
                      .uid = options_.uid,
                      .cgroup = options_.cgroup};
    if (options_.sorted != aggregate_options::buckets::none) made.fields.push_back("bucket");
    if (made.fields.empty()) made.fields.push_back("event");
    return made;
  }

  field value(const field_finder& finder, const std::string& event) const {
    auto found = finder.find(options_.value);
    if (found.kind != value_kind::number) refuse(event, "'" + options_.value + "' is not a number");
    return found;
  }

  void set_buckets(aggregate_plan& plan, const std::string& event) const {
    plan.sorted = options_.sorted;
    plan.least = options_.least;
    plan.step = options_.step;
    plan.steps = options_.steps;
    if (plan.sorted == aggregate_options::buckets::none) return;
    if (!plan.value) refuse(event, "a histogram is of a value: name one");
    if (plan.step == 0 || plan.steps == 0) refuse(event, "a histogram has at least one step, of at least 1");
  }

  // A call's arguments are kept until it ends.
  void keep(planned_event& made, const found_event& found) const {
    plan_options kept{.name = made.plan.key.name};
    const auto add = [&](const field& one) {
      if (!one.at_exit && one.at.from == location::root::context) kept.fields.push_back(one.name);
    };
    for (const auto& one : made.plan.key.fields) add(one);
    if (made.plan.value) add(*made.plan.value);
    std::sort(kept.fields.begin(), kept.fields.end());
    kept.fields.erase(std::unique(kept.fields.begin(), kept.fields.end()), kept.fields.end());
    if (kept.fields.empty()) kept.fields.push_back("pid");  // there is the header
    made.kept = make_plan(found.finder, kept);
    made.kept.where = made.plan.key.where;
    for (auto& one : made.plan.key.fields) one = kept_field(one, made.kept);
    if (made.plan.value) made.plan.value = kept_field(*made.plan.value, made.kept);
  }

  const aggregate_options& options_;
  kernel_names& names_;
  room limits_;
};

bpf::map make_table(const aggregate_options& options, std::size_t key_bytes) {
  return bpf::create_map({.name = "aggregate",
                          .type = BPF_MAP_TYPE_PERCPU_HASH,
                          .key_size = static_cast<std::uint32_t>(key_bytes),
                          .value_size = sizeof(aggregate_value),
                          .max_entries = options.keys,
                          .flags = BPF_F_NO_PREALLOC});
}

// All programs write keys of one type.
void check_alike(const std::vector<planned_event>& all, const aggregate_options& options) {
  const auto members = [](const planned_event& one) {
    std::vector<std::pair<std::string, std::string>> made;
    for (const auto& its : one.plan.key.type->members) made.emplace_back(its.name, to_string(*its.type));
    return made;
  };
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (members(all[i]) != members(all.front())) {
      refuse(options.events[i], "its key is not of the same type as that of " + options.events.front() +
                                    ": count them by themselves");
    }
  }
}

void add(aggregate_row& row, const std::byte* value) {
  aggregate_value one;
  std::memcpy(&one, value, sizeof(one));
  if (one.count == 0) return;  // of a CPU that had none
  row.least = row.count == 0 ? one.least : std::min(row.least, one.least);
  row.most = row.count == 0 ? one.most : std::max(row.most, one.most);
  row.count += one.count;
  row.sum =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(row.sum) + static_cast<std::uint64_t>(one.sum));
}

}  // namespace

struct aggregate::state {
  std::vector<std::string> events;
  bpf::type_ptr key_type;
  std::optional<std::size_t> bucket_offset;
  bpf::map table;
  bpf::map counters;
  std::vector<bpf::map> others;
  std::vector<bpf::assembled_program> programs;
  std::vector<bpf::link> links;
};

aggregate::aggregate(const aggregate_options& options) {
  if (options.events.empty()) refuse("nothing", "name an event");
  kernel_names names;
  planner plans{options, names};
  std::vector<planned_event> all;
  for (std::size_t i = 0; i < options.events.size(); ++i) all.push_back(plans.plan(i));
  check_alike(all, options);
  const auto& key = all.front().plan.key;
  state_ = std::make_unique<state>(state{.events = options.events,
                                         .key_type = key.type,
                                         .bucket_offset = std::nullopt,
                                         .table = make_table(options, key.size),
                                         .counters = bpf::create_map({.name = "aggregate_lost",
                                                                      .type = BPF_MAP_TYPE_ARRAY,
                                                                      .key_size = 4,
                                                                      .value_size = counters_bytes,
                                                                      .max_entries = counted_cpus,
                                                                      .flags = BPF_F_MMAPABLE}),
                                         .others = {},
                                         .programs = {},
                                         .links = {}});
  if (options.sorted != aggregate_options::buckets::none) {
    state_->bucket_offset = key.type->members.back().bit_offset / 8;
  }
  std::vector<const program_target*> targets;
  for (const auto& one : all) {
    program_maps kept{.counters = state_->counters.native_handle()};
    if (one.is_call()) {
      const auto size = static_cast<std::uint32_t>(one.kept.size);
      state_->others.push_back(bpf::create_map({.name = "begun",
                                                .type = BPF_MAP_TYPE_HASH,
                                                .key_size = 8,
                                                .value_size = size,
                                                .max_entries = begun_calls,
                                                .flags = BPF_F_NO_PREALLOC}));
      kept.begun = state_->others.back().native_handle();
      state_->others.push_back(bpf::create_map({.name = "new",
                                                .type = BPF_MAP_TYPE_PERCPU_ARRAY,
                                                .key_size = 4,
                                                .value_size = size,
                                                .max_entries = 1,
                                                .flags = 0}));
      kept.scratch = state_->others.back().native_handle();
    }
    const aggregate_maps maps{state_->table.native_handle(), state_->counters.native_handle(), kept.begun};
    for (const auto& target : one.targets) {
      const auto code = target.which == phase::entry ? write_program(one.kept, kept, phase::entry)
                                                     : write_aggregate(one.plan, maps, target.which);
      state_->programs.emplace_back(
          code, bpf::assembled_program_options{.type = BPF_PROG_TYPE_TRACEPOINT, .name = one.plan.key.name});
      targets.push_back(&target);
    }
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    state_->links.push_back(bpf::attach(
        state_->programs[i], bpf::perf_place{.type = PERF_TYPE_TRACEPOINT,
                                             .config = targets[i]->id,
                                             .description = "the tracepoint " + targets[i]->name}));
  }
}

aggregate::aggregate(aggregate&&) noexcept = default;
aggregate& aggregate::operator=(aggregate&&) noexcept = default;
aggregate::~aggregate() = default;

const std::vector<std::string>& aggregate::events() const noexcept {
  return state_->events;
}

const bpf::type_ptr& aggregate::key_type() const noexcept {
  return state_->key_type;
}

std::vector<aggregate_row> aggregate::read() const {
  std::vector<aggregate_row> rows;
  state_->table.for_each_key([&](bpf::map::bytes_view key) {
    const auto values = state_->table.lookup(key);
    if (!values) return true;
    aggregate_row row{.key = {key.begin(), key.end()}};
    for (std::size_t at = 0; at < values->size(); at += sizeof(aggregate_value))
      add(row, values->data() + at);
    if (state_->bucket_offset)
      std::memcpy(&row.bucket, key.data() + *state_->bucket_offset, sizeof(row.bucket));
    if (row.count > 0) rows.push_back(std::move(row));
    return true;
  });
  return rows;
}

std::uint64_t aggregate::lost() const {
  std::uint64_t sum = 0;
  const bpf::mapped_array counters{state_->counters};
  for (std::size_t cpu = 0; cpu < counters.size(); ++cpu) {
    sum += __atomic_load_n(reinterpret_cast<const std::uint64_t*>(counters[cpu].data()), __ATOMIC_ACQUIRE);
  }
  return sum;
}

void aggregate::detach() noexcept {
  while (!state_->links.empty()) state_->links.pop_back();
}

}  // namespace aiobpf::probes
