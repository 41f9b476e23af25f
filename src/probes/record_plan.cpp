#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/record_plan.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace aiobpf::probes {
namespace {

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

// "sys_enter_openat", "x_y_c" of "/x/y.c".
std::string identifier_of(std::string name) {
  for (char& c : name) {
    if (!is_identifier(std::string_view{&c, 1}) && !(c >= '0' && c <= '9')) c = '_';
  }
  if (!is_identifier(name)) name.insert(0, "_");
  return name;
}

class layout {
public:
  explicit layout(record_plan& out) : out_(out), type_(std::make_shared<bpf::type>()) {
    type_->kind = bpf::type_kind::structure;
    type_->name = out.name;
  }

  void add(field one) {
    one.record_offset = add_member(one.name, one.type, alignment(one));
    if (one.has_length()) add_member(one.name + "_length", number_type(4, false), 4);
    out_.fields.push_back(std::move(one));
    if (at_ > largest_record) {
      throw bpf::error{bpf::errc::not_supported, "plan the records of " + out_.name + ": more than " +
                                                     std::to_string(largest_record) +
                                                     " bytes: ask for fewer fields, or for less room"};
    }
  }

  std::size_t add_member(const std::string& name, const bpf::type_ptr& type, std::size_t aligned_to) {
    if (!names_.insert(name).second) {
      throw bpf::error{bpf::errc::invalid_expression, "plan the records of " + out_.name +
                                                          ": two fields are called '" + name +
                                                          "': give one another name, as in other=" + name};
    }
    at_ = (at_ + aligned_to - 1) / aligned_to * aligned_to;
    type_->members.push_back({.name = name, .bit_offset = at_ * 8, .bit_size = 0, .type = type});
    at_ += type->size;
    return type_->members.back().bit_offset / 8;
  }

  void finish() {
    at_ = (at_ + 7) / 8 * 8;
    type_->size = at_;
    out_.size = at_;
    out_.type = std::move(type_);
  }

private:
  // Text and bytes are zeroed by 8.
  static std::size_t alignment(const field& one) { return one.kind == value_kind::number ? one.size : 8; }

  record_plan& out_;
  std::shared_ptr<bpf::type> type_;
  std::set<std::string> names_;
  std::size_t at_ = 0;
};

// "filename", "ppid=task.real_parent.tgid"
field find_asked(const field_finder& finder, std::string_view asked) {
  const auto equals = asked.find('=');
  auto found = finder.find(equals == asked.npos ? asked : asked.substr(equals + 1));
  if (equals != asked.npos) found.name = asked.substr(0, equals);
  std::replace(found.name.begin(), found.name.end(), '.', '_');
  if (!is_identifier(found.name)) {
    throw bpf::error{bpf::errc::invalid_expression,
                     "field '" + std::string{asked} + "': a name has letters, digits and underscores"};
  }
  return found;
}

std::vector<field> asked_fields(const field_finder& finder, const plan_options& options) {
  if (options.fields.empty()) return finder.of_event();
  std::vector<field> made;
  for (const auto& asked : options.fields) {
    if (asked == "*") {
      made.insert(made.end(), finder.of_event().begin(), finder.of_event().end());
    } else {
      auto found = find_asked(finder, asked);
      const auto& header = finder.of_header();
      const bool is_there =
          std::any_of(header.begin(), header.end(), [&](const auto& one) { return one.name == asked; });
      if (!is_there || !options.has_header) made.push_back(std::move(found));
    }
  }
  return made;
}

condition equals(const field_finder& finder, const char* name, std::uint64_t value) {
  condition made{.how = comparison::equal};
  made.left = {.is = operand::kind::name, .text = name, .column = 1, .bound = finder.find(name)};
  made.right = {.is = operand::kind::number, .number = value, .column = 1};
  return made;
}

// All of these.
std::vector<condition> asked_conditions(const field_finder& finder, const plan_options& options) {
  std::vector<condition> parts;
  if (options.pid) parts.push_back(equals(finder, "pid", *options.pid));
  if (options.uid) parts.push_back(equals(finder, "uid", *options.uid));
  if (options.cgroup) parts.push_back(equals(finder, "cgroup", *options.cgroup));
  if (options.where.empty()) return parts;
  auto where = parse_condition(options.where);
  resolve(where, [&](std::string_view name) { return finder.find(name); });
  if (where.is == condition::kind::all) {
    for (auto& part : where.parts) parts.push_back(std::move(part));
  } else {
    parts.push_back(std::move(where));
  }
  return parts;
}

struct phases {
  bool entry = false;
  bool exit = false;
};

void find_phases(const operand& one, phases& found) {
  if (one.bound) (one.bound->at_exit ? found.exit : found.entry) = true;
  for (const auto& mask : one.mask) find_phases(mask, found);
}

void find_phases(const condition& one, phases& found) {
  for (const auto& part : one.parts) find_phases(part, found);
  if (one.is != condition::kind::compare) return;
  find_phases(one.left, found);
  find_phases(one.right, found);
}

// Each part goes where it is known first.
void plan_conditions(std::vector<condition> parts, record_plan& out) {
  condition at_entry{.is = condition::kind::all};
  condition at_exit{.is = condition::kind::all};
  for (auto& part : parts) {
    phases found;
    find_phases(part, found);
    if (found.entry && found.exit) {
      throw bpf::error{
          bpf::errc::invalid_expression,
          "where: `or` and `not` are of what is known when a call begins, or of what is known when it ends "
          "(ret, duration_ns), not of both: join these by `and`"};
    }
    (found.exit ? at_exit : at_entry).parts.push_back(std::move(part));
  }
  if (!at_entry.parts.empty()) out.where = std::move(at_entry);
  if (!at_exit.parts.empty()) out.where_at_exit = std::move(at_exit);
}

}  // namespace

record_plan make_plan(const field_finder& finder, const plan_options& options) {
  record_plan made;
  made.name = identifier_of(options.name);
  if (options.sample == 0) {
    throw bpf::error{bpf::errc::invalid_expression, "sample: 0 is not a rate; 1 is all, 10 is every tenth"};
  }
  made.sample = options.sample;
  made.per_second = options.per_second;
  plan_conditions(asked_conditions(finder, options), made);

  layout record{made};
  if (options.has_header) {
    for (const auto& one : finder.of_header()) record.add(one);
  }
  const auto asked = asked_fields(finder, options);
  for (const auto& one : asked) {
    if (options.has_header && (one.may_be_truncated() || one.may_be_unreadable()))
      made.checked.push_back(one.name);
  }
  if (made.checked.size() > most_checked_fields) {
    throw bpf::error{bpf::errc::not_supported, "plan the records of " + made.name +
                                                   ": more than 64 texts and paths: ask for fewer fields"};
  }
  if (!made.checked.empty()) {
    made.truncated_offset = record.add_member("truncated_bits", number_type(8, false), 8);
    made.unreadable_offset = record.add_member("unreadable_bits", number_type(8, false), 8);
  }
  for (const auto& one : asked) record.add(one);
  record.finish();
  return made;
}

}  // namespace aiobpf::probes
