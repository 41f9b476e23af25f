#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/record_plan.hpp>

#include "../bpf/nearest_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aiobpf::probes {
namespace {

constexpr std::size_t names_listed = 24;

// What the classes of events have in Python, beside their fields.
constexpr std::array<std::string_view, 3> taken{"event", "truncated", "unreadable"};

const field* find_in(const std::vector<field>& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

field_finder::field_finder(std::vector<field> of_event, std::function<field(std::string_view)> elsewhere)
    : of_header_(header_fields()), of_event_(std::move(of_event)), elsewhere_(std::move(elsewhere)) {
  for (auto& one : of_event_) {
    if (one.at.from == location::root::constant) continue;  // ours
    const bool is_taken = std::find(taken.begin(), taken.end(), one.name) != taken.end();
    if (is_taken || find_in(of_header_, one.name) != nullptr) one.name = "arg_" + one.name;
  }
}

field field_finder::find(std::string_view name) const {
  if (const auto* found = find_in(of_header_, name)) return *found;
  if (const auto* found = find_in(of_event_, name)) return *found;
  if (name.find('.') != name.npos) return elsewhere_(name);
  std::vector<std::string_view> names;
  for (const auto* some : {&of_event_, &of_header_}) {
    for (const auto& one : *some) names.push_back(one.name);
  }
  auto near = bpf::nearest_names(name, names);
  const char* what = "; similar names: ";
  if (near.empty() && names.size() <= names_listed) {
    near = std::move(names);
    what = "; there are: ";
  }
  std::string text = "field '" + std::string{name} + "': the event has no such field";
  for (std::size_t i = 0; i < near.size(); ++i) text += (i ? ", " : what) + std::string{near[i]};
  throw bpf::error{bpf::errc::not_found, text};
}

}  // namespace aiobpf::probes
