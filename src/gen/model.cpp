#include "model.hpp"

#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/bpf/error.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace aiobpf::gen {
namespace {

// Of aiobpf.bpf.h.
constexpr std::string_view counters = "__ledger";
constexpr std::string_view threshold = "__wake_at";

// Kinds of sections that name a place behind a slash.
constexpr std::array<std::string_view, 24> placed = {
    "kprobe",         "kretprobe",       "ksyscall",     "kretsyscall",
    "kprobe.multi",   "kretprobe.multi", "uprobe",       "uprobe.s",
    "uretprobe",      "uretprobe.s",     "uprobe.multi", "uretprobe.multi",
    "usdt",           "usdt.s",          "tracepoint",   "tp",
    "raw_tracepoint", "raw_tp",          "tp_btf",       "fentry",
    "fexit",          "fmod_ret",        "lsm",          "iter"};

// Finds the types that have a name, each once, and behind those it is made of.
class collector {
public:
  explicit collector(model& out) : out_(out) {}

  void visit(const bpf::type_ptr& described) {
    if (!described) return;
    if (described->kind == bpf::type_kind::array) return visit(described->element);
    const bool names_values =
        described->kind == bpf::type_kind::enumeration && !described->enumerators.empty();
    if (!is_record(*described) && !names_values) return;
    const std::string name = name_of(*described);
    if (!name.empty() && !seen_.insert(name).second) return;
    for (const auto& member : described->members) visit(member.type);
    if (!name.empty()) (names_values ? out_.enumerations : out_.records).push_back(described);
  }

private:
  model& out_;
  std::set<std::string> seen_;
};

bool is_identifier(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

// AIOBPF_RING makes the map of its counters, and the number that its reader steers; a user has no business
// with them.
void leave_counters_out(bpf::object_contents& contents) {
  std::set<std::string> of_rings;
  for (const auto& one : contents.maps) {
    if (is_ring(one)) of_rings.insert(one.name + std::string{counters});
  }
  std::erase_if(contents.maps, [&](const auto& one) { return of_rings.contains(one.name); });
  std::erase_if(contents.variables, [](const auto& one) { return one.its.name.ends_with(threshold); });
}

}  // namespace

std::string name_of(const bpf::type& described) {
  return described.name.empty() ? described.alias : described.name;
}

bool is_record(const bpf::type& described) {
  return described.kind == bpf::type_kind::structure || described.kind == bpf::type_kind::union_;
}

bool is_ring(const bpf::object_contents::map& map) {
  return map.type_name == "ringbuf";
}

bool names_place(std::string_view section) {
  const auto slash = section.find('/');
  return slash != section.npos && slash + 1 < section.size() &&
         std::find(placed.begin(), placed.end(), section.substr(0, slash)) != placed.end();
}

bool is_constant(const bpf::object_contents::variable& variable) {
  return variable.section == ".rodata";
}

std::string default_name(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".o")) name.resize(name.size() - 2);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !is_identifier(std::string{'_', c});
      },
      '_');
  return is_identifier(name) ? name : '_' + name;
}

model make_model(std::span<const std::byte> object, const std::string& file, const std::string& name) {
  if (!is_identifier(name)) {
    throw bpf::error{bpf::errc::wrong_type,
                     "make a skeleton of " + file + ": '" + name + "' is not an identifier of C"};
  }
  const auto opened = bpf::object_file::from_memory(object, file);
  model made{.file = file,
             .name = name,
             .object = object,
             .contents = contents_of(opened),
             .records = {},
             .enumerations = {}};
  leave_counters_out(made.contents);
  // The static ones of a function are called "function.name".
  std::erase_if(made.contents.variables, [](const auto& one) { return !is_identifier(one.its.name); });
  collector types{made};
  for (const auto& event : made.contents.events) types.visit(event);
  for (const auto& map : made.contents.maps) {
    types.visit(map.key);
    types.visit(map.value);
  }
  for (const auto& variable : made.contents.variables) types.visit(variable.its.type);
  return made;
}

}  // namespace aiobpf::gen
