#include "event_plan.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/type_path.hpp>

#include <linux/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace aiobpf::probes {
namespace {

constexpr const char* call_category = "syscall";    // ours
constexpr const char* calls_category = "syscalls";  // tracefs's

struct event_fields {
  std::vector<field> fields;
  std::vector<program_target> targets;
};

program_target target_of(const event_name& event, const event_format& format, phase which) {
  return {.which = which, .id = format.id, .name = event.category + ":" + event.name};
}

event_fields fields_of(const event_name& event, const room& limits, const tracefs& events) {
  if (event.category != call_category) {
    const auto format = events.format(event);
    return {tracepoint_fields(event.category, format, limits), {target_of(event, format, phase::alone)}};
  }
  const event_name entry{calls_category, "sys_enter_" + event.name};
  const event_name exit{calls_category, "sys_exit_" + event.name};
  const auto entry_format = events.format(entry);
  const auto exit_format = events.format(exit);
  const auto ret = std::find_if(exit_format.fields.begin(), exit_format.fields.end(),
                                [](const auto& one) { return one.name == "ret"; });
  if (ret == exit_format.fields.end()) {
    throw bpf::error{bpf::errc::not_supported,
                     "trace " + event.name + ": the kernel's exit event has no `ret`"};
  }
  event_fields made{tracepoint_fields(calls_category, entry_format, limits), {}};
  for (auto& one : exit_fields(ret->offset)) made.fields.push_back(std::move(one));
  // The exit first: an entry whose exit is not seen would be kept for nothing.
  made.targets = {target_of(exit, exit_format, phase::exit), target_of(entry, entry_format, phase::entry)};
  return made;
}

field field_of_path(std::string_view path, const room& limits, kernel_names& names) {
  const auto root = path.substr(0, path.find('.'));
  if (root == "task")
    return follow(path, "task_struct", {.from = location::root::task}, names.types(), limits);
  throw bpf::error{bpf::errc::not_found, "field '" + std::string{path} + "': a path begins with `task`"};
}

void check_ring(const trace_options& options, std::size_t record_bytes) {
  const std::string step = "trace " + options.event + ": ";
  const auto bytes = std::to_string(options.ring_bytes);
  if (!std::has_single_bit(options.ring_bytes) ||
      options.ring_bytes % static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) != 0) {
    throw bpf::error{
        bpf::errc::wrong_size,
        step + "a ring of " + bytes + " bytes: it is a power of two, and a multiple of the page size"};
  }
  if (record_bytes + BPF_RINGBUF_HDR_SZ >= options.ring_bytes) {
    throw bpf::error{bpf::errc::not_supported, step + "a record has " + std::to_string(record_bytes) +
                                                   " bytes, and the ring " + bytes + ": make it larger"};
  }
}

}  // namespace

found_event find_event(const std::string& event, const room& limits, kernel_names& names,
                       std::vector<field> more) {
  auto name = parse_event_name(event);
  auto [fields, targets] = fields_of(name, limits, names.events());
  for (auto& one : more) fields.push_back(std::move(one));
  return {.name = std::move(name),
          .finder = {std::move(fields),
                     [&](std::string_view path) { return field_of_path(path, limits, names); }},
          .targets = std::move(targets)};
}

event_plan plan_event(const trace_options& options, kernel_names& names) {
  auto found = find_event(options.event, options.limits, names);
  event_plan made{.record = make_plan(found.finder, {.name = found.name.name,
                                                     .fields = options.fields,
                                                     .where = options.where,
                                                     .pid = options.pid,
                                                     .uid = options.uid,
                                                     .cgroup = options.cgroup,
                                                     .sample = options.sample,
                                                     .per_second = options.per_second}),
                  .targets = std::move(found.targets)};
  check_ring(options, made.record.size);
  return made;
}

}  // namespace aiobpf::probes
