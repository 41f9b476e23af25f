#pragma once

#include <aiobpf/probes/event_format.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::probes {

/// "syscalls:sys_enter_openat", in two parts.
struct event_name {
  std::string category;
  std::string name;
};

/// Throws bpf::error: invalid_expression: not `category:name`.
event_name parse_event_name(std::string_view text);

/// The kernel's tracepoints, as tracefs has them.
///
/// Needs   tracefs, mounted anywhere, or debugfs; and to be allowed to read it (root)
class tracefs {
public:
  /// Throws bpf::error: not_supported, which says how to mount it.
  tracefs();
  /// The folder that has `events`.
  explicit tracefs(std::filesystem::path mounted) : path_(std::move(mounted)) {}

  /// What there is to know of one event. Throws bpf::error: not_found, which names the nearest; an errno
  /// (EACCES: tracefs is root's); wrong_type.
  event_format format(const event_name& event) const;

  /// "category:name" of all events that a pattern matches, sorted: "*" any letters, "?" one, as in
  /// "syscalls:sys_enter_*". Throws bpf::error: not_found when it matches none; invalid_expression.
  std::vector<std::string> matching(std::string_view pattern) const;

  /// All of them. Throws bpf::error: an errno.
  std::vector<std::string> all() const;

private:
  std::vector<std::string> categories() const;
  std::vector<std::string> events_of(const std::string& category) const;
  [[noreturn]] void throw_unknown(const event_name& event) const;

  std::filesystem::path path_;
};

}  // namespace aiobpf::probes
