#include <aiobpf/bpf/environment.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/tracefs.hpp>

#include "../bpf/nearest_names.hpp"
#include "../bpf/read_file.hpp"
#include "../bpf/throw_error.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <system_error>

namespace aiobpf::probes {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t format_bytes_limit = 1 << 20;
constexpr std::size_t names_listed = 40;  // of categories there are some 100

bool is_name(std::string_view name, std::string_view also) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || also.find(c) != also.npos;
  });
}

event_name split(std::string_view text, std::string_view also) {
  const auto colon = text.find(':');
  if (colon != text.npos) {
    const auto category = text.substr(0, colon);
    const auto name = text.substr(colon + 1);
    if (is_name(category, also) && is_name(name, also)) return {std::string{category}, std::string{name}};
  }
  throw bpf::error{
      bpf::errc::invalid_expression,
      "event '" + std::string{text} + "': an event is category:name, as in sched:sched_process_exec"};
}

std::string listed(const char* what, const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) text += (text.empty() ? what : ", ") + std::string{name};
  return text;
}

fs::path find_tracefs() {
  if (auto place = bpf::mount_point("tracefs"); !place.empty()) return place;
  const auto debugfs = bpf::mount_point("debugfs");  // the kernel mounts it there when one looks
  std::error_code ignored;
  if (!debugfs.empty() && fs::is_directory(fs::path{debugfs} / "tracing/events", ignored)) {
    return fs::path{debugfs} / "tracing";
  }
  throw bpf::error{
      bpf::errc::not_supported,
      "look for tracepoints: tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing"};
}

}  // namespace

event_name parse_event_name(std::string_view text) {
  return split(text, "");
}

tracefs::tracefs() : path_(find_tracefs()) {}

event_format tracefs::format(const event_name& event) const {
  const std::string step = "read the format of " + event.category + ":" + event.name;
  const auto folder = path_ / "events" / event.category / event.name;
  std::error_code error;
  if (!fs::exists(folder / "format", error)) {
    if (error && error != std::errc::no_such_file_or_directory) {
      bpf::throw_with_remedy(error.value(), step, "tracefs is root's, as it is mounted");
    }
    throw_unknown(event);
  }
  const auto bytes = bpf::read_file(folder / "format", format_bytes_limit, step);
  return parse_format({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::vector<std::string> tracefs::categories() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry{path_ / "events", error}, end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory()) names.push_back(entry->path().filename());
  }
  if (error)
    bpf::throw_with_remedy(error.value(), "list the events of " + path_.string(), "tracefs is root's");
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> tracefs::events_of(const std::string& category) const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry{path_ / "events" / category, error}, end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "id", ignored)) names.push_back(entry->path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> tracefs::all() const {
  return matching("*:*");
}

std::vector<std::string> tracefs::matching(std::string_view pattern) const {
  auto wanted = split(pattern, "*?[]");
  const bool of_calls = wanted.category == "syscall";  // from entry to exit: an event of ours
  if (of_calls) wanted = {"syscalls", "sys_enter_" + wanted.name};
  std::vector<std::string> found;
  for (const auto& category : categories()) {
    if (::fnmatch(wanted.category.c_str(), category.c_str(), 0) != 0) continue;
    for (const auto& name : events_of(category)) {
      if (::fnmatch(wanted.name.c_str(), name.c_str(), 0) != 0) continue;
      found.push_back(of_calls ? "syscall:" + name.substr(std::string_view{"sys_enter_"}.size())
                               : category + ":" + name);
    }
  }
  if (found.empty()) throw_unknown(wanted);
  return found;
}

void tracefs::throw_unknown(const event_name& event) const {
  std::string text = "event '" + event.category + ":" + event.name + "': ";
  const auto there = categories();
  if (std::find(there.begin(), there.end(), event.category) == there.end()) {
    const std::vector<std::string_view> names{there.begin(), there.end()};
    const auto near = bpf::nearest_names(event.category, names);
    text += "there is no category '" + event.category + "'";
    text += near.empty() && names.size() <= names_listed ? listed("; there are: ", names)
                                                         : listed("; similar names: ", near);
  } else {
    const auto events = events_of(event.category);
    const std::vector<std::string_view> names{events.begin(), events.end()};
    const auto near = bpf::nearest_names(event.name, names);
    text += "there is no such event in '" + event.category + "'";
    text += near.empty() && names.size() <= names_listed ? listed("; there are: ", names)
                                                         : listed("; similar names: ", near);
  }
  throw bpf::error{bpf::errc::not_found, text};
}

}  // namespace aiobpf::probes
