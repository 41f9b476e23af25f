#include "cpp_types.hpp"
#include "outputs.hpp"
#include "text.hpp"

#include <algorithm>
#include <set>

namespace aiobpf::gen {
namespace {

using contents = bpf::object_contents;

// What a class of ours has, and a program or map may be called as well.
std::string member_name(const std::string& name) {
  static const std::set<std::string> taken = {"object", "attach_all", "links", "loaded"};
  return taken.contains(name) ? name + "_" : cpp_name(name);
}

bool any_ring(const model& object) {
  return std::any_of(object.contents.maps.begin(), object.contents.maps.end(), is_ring);
}

bool any_constant(const model& object) {
  return std::any_of(object.contents.variables.begin(), object.contents.variables.end(), is_constant);
}

// What C++ copies as it is: bpf::typed_map asks for it.
bool has_cpp_type(const bpf::type_ptr& described) {
  return described && described->size != 0 && described->kind != bpf::type_kind::opaque &&
         (!is_record(*described) || !name_of(*described).empty());
}

// The class of a map: with C++ types where the source says types, and the map has keys.
std::string map_class(const contents::map& map) {
  static const std::set<std::string> keyless = {"queue", "stack", "bloom_filter", "perf_event_array"};
  const bool holds_others = map.type_name.ends_with("_of_maps") || map.type_name == "prog_array";
  if (keyless.contains(map.type_name) || holds_others || !has_cpp_type(map.key) || !has_cpp_type(map.value)) {
    return "aiobpf::bpf::map";
  }
  const bool per_cpu = map.type_name.find("percpu") != map.type_name.npos;
  return std::string{"aiobpf::bpf::"} + (per_cpu ? "per_cpu_map<" : "typed_map<") + spell(*map.key) + ", " +
         spell(*map.value) + ">";
}

bool any_map_of(const model& object, const std::string& kind) {
  return std::any_of(object.contents.maps.begin(), object.contents.maps.end(), [&](const auto& one) {
    return map_class(one).starts_with("aiobpf::bpf::" + kind + "<");
  });
}

std::string head(const model& object) {
  std::string text = "// Made from " + object.file + " by aiobpf-gen: do not edit.\n#pragma once\n\n";
  text += "#include <aiobpf/bpf/attach/section.hpp>\n#include <aiobpf/bpf/object_file.hpp>\n";
  for (const char* kind : {"per_cpu_map", "typed_map"}) {
    if (any_map_of(object, kind)) text += std::string{"#include <aiobpf/bpf/maps/"} + kind + ".hpp>\n";
  }
  if (any_ring(object)) text += "#include <aiobpf/sources/ring_source.hpp>\n";
  text += "\n#include <array>\n#include <cstddef>\n#include <cstdint>\n";
  if (any_constant(object)) text += "#include <optional>\n";
  return text + "#include <span>\n#include <utility>\n#include <vector>\n\nnamespace " + object.name +
         " {\n\n";
}

std::string types(const model& object) {
  std::string text;
  for (const auto& one : object.enumerations) text += define_enumeration(*one) + "\n";
  for (const auto& one : object.records) text += define_record(*one) + "\n";
  return text;
}

// The object, open() and, where there are constants, what load() sets.
std::string opening(const model& object) {
  std::string text =
      "alignas(8) inline constexpr char object_data[] =\n" + cpp_literal(object.object) +
      ";\n\n/// The object, as clang wrote it.\ninline std::span<const std::byte> object_bytes() {\n"
      "  return std::as_bytes(std::span{object_data, sizeof object_data - 1});\n}\n\n"
      "/// The object, opened: the time to set sizes. Throws what bpf::object_file throws.\n"
      "inline aiobpf::bpf::object_file open() {\n"
      "  return aiobpf::bpf::object_file::from_memory(object_bytes(), \"" +
      object.file + "\");\n}\n\n";
  if (!any_constant(object)) return text;
  text +=
      "/// What load() sets of the object's constants; those that are left out keep the values of the "
      "source.\n"
      "struct constants {\n";
  std::string set;
  for (const auto& one : object.contents.variables) {
    if (!is_constant(one)) continue;
    const std::string name = cpp_name(one.its.name);
    text += "  std::optional<" + spell(*one.its.type) + "> " + name + "{};\n";
    set += "  if (to." + name + ") file.set_rodata(\"" + one.its.name + "\", *to." + name + ");\n";
  }
  return text + "};\n\ninline void set(aiobpf::bpf::object_file& file, const constants& to) {\n" + set +
         "}\n\n";
}

std::string programs(const model& object) {
  std::string text;
  for (const auto& one : object.contents.programs) {
    text += "  /// SEC(\"" + one.section + "\")\n  aiobpf::bpf::program " + member_name(one.name) +
            "() const { return object.program(\"" + one.name + "\"); }\n";
  }
  return text;
}

std::string maps(const model& object) {
  std::string text;
  for (const auto& one : object.contents.maps) {
    const std::string name = member_name(one.name);
    if (is_ring(one)) {
      text += "  /// A ring, as a source: `events.add(loaded." + name +
              "())`.\n  aiobpf::sources::ring_source " + name + "() const { return {object, \"" + one.name +
              "\"}; }\n";
      continue;
    }
    const std::string type = map_class(one);
    const bool typed = type.ends_with('>');
    text += "  /// A map of type " + one.type_name + ".\n  " + type + " " + name + "() const { return " +
            (typed ? type + "{object, \"" + one.name + "\"}" : "object.map(\"" + one.name + "\")") + "; }\n";
  }
  return text;
}

// A global that programs write, too: read and set by one name, words whole, without a system call.
std::string variables(const model& object) {
  std::string text;
  for (const auto& one : object.contents.variables) {
    if (is_constant(one) || one.its.type->size == 0) continue;
    const std::string name = member_name(one.its.name);
    const std::string type = spell(*one.its.type);
    const std::string section = "object.variables(\"" + one.section + "\")";
    text += "  /// A global of " + one.section + ".\n  " + type + " " + name + "() const { return " +
            section + ".get<" + type + ">(\"" + one.its.name + "\"); }\n  void " + name + "(const " + type +
            "& value) const { " + section + ".set(\"" + one.its.name + "\", value); }\n";
  }
  return text;
}

// Those whose sections name no place are left out; those that are not loaded, too.
std::string attaching(const model& object) {
  std::string calls;
  std::string left_out;
  for (const auto& one : object.contents.programs) {
    if (names_place(one.section)) {
      calls += "    if (object.has_program(\"" + one.name + "\")) links.push_back(aiobpf::bpf::attach(" +
               member_name(one.name) + "()));\n";
    } else {
      left_out += (left_out.empty() ? "" : ", ") + one.name;
    }
  }
  std::string text = "  /// Attaches every program where its section says, into `links`.";
  if (!left_out.empty()) text += " Their sections say nothing: " + left_out + ".";
  text +=
      "\n  /// Throws what bpf::attach() throws; what was attached until then stays attached.\n"
      "  void attach_all() {\n";
  return text + calls + "  }\n";
}

std::string loaded(const model& object) {
  const bool constants = any_constant(object);
  std::string text =
      "/// The object, loaded. Move-only.\nclass loaded {\npublic:\n"
      "  explicit loaded(aiobpf::bpf::object from) : object(std::move(from)) {}\n\n";
  text += programs(object) + "\n" + maps(object) + "\n" + variables(object) + "\n" + attaching(object);
  text +=
      "\n  aiobpf::bpf::object object;\n  std::vector<aiobpf::bpf::link> links;  // end before the "
      "object\n};\n\n"
      "/// Opens and loads. Throws what object_file::load() throws.\n";
  if (!constants) return text + "inline loaded load() {\n  return loaded{open().load()};\n}\n";
  return text +
         "inline loaded load(const constants& to = {}) {\n  auto file = open();\n  set(file, to);\n"
         "  return loaded{std::move(file).load()};\n}\n";
}

}  // namespace

std::string write_header(const model& object) {
  return head(object) + types(object) + opening(object) + loaded(object) + "\n}  // namespace " +
         object.name + "\n";
}

}  // namespace aiobpf::gen
