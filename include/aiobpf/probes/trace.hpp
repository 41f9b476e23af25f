#pragma once

#include <aiobpf/loop/source.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aiobpf::probes {

/// What a probe is to tell, and when.
struct trace_options {
  std::string event;                  ///< "syscalls:sys_enter_openat"
  std::vector<std::string> fields{};  ///< as plan_options::fields; none: all of the event
  std::string where{};                ///< a filter that runs in the kernel: "pid == 42 and comm != 'sshd'"
  std::optional<std::uint32_t> pid{};
  std::optional<std::uint32_t> uid{};
  std::optional<std::uint64_t> cgroup{};  ///< its number: the inode of its folder in cgroup2
  std::uint32_t sample = 1;               ///< one in N, at random
  std::uint32_t per_second = 0;           ///< at most N a second; 0: no limit
  room limits{};                          ///< how much of a text, and of bytes, is recorded
  std::uint32_t calls = 16 * 1024;        ///< of "syscall:...": how many may be in progress at one moment
  std::size_t ring_bytes = 256 * 1024;    ///< a power of two, a multiple of the page size
};

/// What was made for one event, and is loaded: its programs, and what reads their records.
///
/// Lifetimes  its end detaches it; records stay readable in the source, which may outlive it
class probe {
public:
  probe(probe&&) noexcept;
  probe& operator=(probe&&) noexcept;
  ~probe();

  const std::string& event() const noexcept;
  /// What a record is made of: plan().type is its type, plan().fields say where each value is.
  const record_plan& plan() const noexcept;

  /// What reads its records, for loop::stream::add(), with the ledger of all that it tried to record. Once.
  /// Throws bpf::error: closed, the second time.
  std::unique_ptr<loop::source> take_source();

  /// From now on it records. Idempotent. Throws bpf::error: an errno.
  void attach();
  /// No new records. Idempotent. The kernel takes some 50 ms for it.
  void detach() noexcept;
  bool is_attached() const noexcept;

private:
  friend std::vector<probe> load(std::span<const trace_options> all);
  struct state;
  explicit probe(std::unique_ptr<state> made) noexcept;

  std::unique_ptr<state> state_;
};

/// What the records of an event would be. Loads nothing, and needs no capability but to read tracefs.
/// Throws bpf::error as load() does.
record_plan plan(const trace_options& options);

/// Makes and loads probes, and attaches none: nothing is loaded before all of them are planned.
///
/// An event is a tracepoint, "category:name" as in tracefs; or "syscall:openat", a call from its entry to its
/// exit: one record with its arguments, `ret` and `duration_ns`. Calls that began before are not recorded.
///
/// Errors   bpf::error: not_found (no such event or field: the nearest are named); invalid_expression (a
/// filter);
///          not_supported (missing in the kernel, a record that is too large); an errno, with what is missing
/// Needs    kernel 5.8, per_second: 5.12; CAP_BPF and CAP_PERFMON; tracefs
std::vector<probe> load(std::span<const trace_options> all);

/// Starts probes: loads all, then attaches all.
///
///   auto opened = probes::trace({.event = "syscalls:sys_enter_openat", .where = "uid == 0"});
///   events.add(opened.take_source());      // a loop::stream
///
/// Errors   those of load() and of attach()
std::vector<probe> trace(std::span<const trace_options> all);
probe trace(const trace_options& options);

}  // namespace aiobpf::probes
