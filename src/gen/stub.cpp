#include "outputs.hpp"
#include "text.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace aiobpf::gen {
namespace {

using bpf::type_kind;
using contents = bpf::object_contents;

// Of one class and those of its members without a name.
class record_writer {
public:
  // Writes the class, behind those it is made of.
  void write(const bpf::type& described, const std::string& name) {
    std::string fields;
    std::set<std::string> names;
    for (const auto& one : fields_of(described)) names.insert(python_name(one.name));
    for (const auto& one : fields_of(described)) {
      const std::string type = one.bit_size != 0 && one.type->kind != type_kind::boolean
                                   ? "int"
                                   : type_of(*one.type, name + "_" + one.name, names);
      fields += "    @property\n    def " + python_name(one.name) + "(self) -> " + type +
                ":\n        \"\"\"" + to_string(*one.type) + ", at byte " +
                std::to_string(one.bit_offset / 8) + "\"\"\"\n";
    }
    text_ += "@final\nclass " + name + ":\n    \"\"\"" + to_string(described) + ": " +
             std::to_string(described.size) + " bytes\"\"\"\n\n" +
             "    dtype: ClassVar[numpy.dtype[numpy.void]]\n    _fields: ClassVar[tuple[str, ...]]\n"
             "    def __init__(self, data: bytes | bytearray | memoryview, /) -> None: ...\n"
             "    def __bytes__(self) -> bytes: ...\n    def _asdict(self) -> dict[str, Any]: ...\n" +
             fields + "\n";
  }

  std::string take() {
    for (const auto& name : hidden_) text_ += "_" + name + ": TypeAlias = " + name + "\n";
    return std::move(text_) + (hidden_.empty() ? "" : "\n");
  }

private:
  // `fields`: of the class that it is written in. One that is called as a type hides the type there.
  std::string type_of(const bpf::type& described, const std::string& path,
                      const std::set<std::string>& fields) {
    switch (described.kind) {
      case type_kind::boolean: return "bool";
      case type_kind::character: return "bytes";
      case type_kind::floating_point: return "float";
      case type_kind::array: {
        const bpf::type& element = *described.element;
        const bool is_byte = element.kind == type_kind::integer && element.size == 1 && !element.is_signed;
        if (element.kind == type_kind::character || is_byte) return "bytes";
        return "tuple[" + type_of(element, path, fields) + ", ...]";
      }
      case type_kind::structure:
      case type_kind::union_: {
        if (const std::string known = python_name(name_of(described)); !known.empty()) {
          if (!fields.contains(known)) return known;
          hidden_.insert(known);
          return "_" + known;
        }
        const std::string name = "_" + path;
        write(described, name);
        return name;
      }
      default: return "int";
    }
  }

  std::string text_;
  std::set<std::string> hidden_;  // types that are written with an alias somewhere
};

std::string records(const model& object) {
  record_writer writer;
  for (const auto& one : object.records) writer.write(*one, python_name(name_of(*one)));
  return writer.take();
}

std::string literal(const std::vector<std::string>& names) {
  std::string text = "Literal[";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", \"" : "\"") + names[i] + "\"";
  return text + "]";
}

template <class Things>
std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> names;
  for (const auto& one : things) names.push_back(one.name);
  return names;
}

// A collection that knows its names: a misspelt one is an error of the type checker.
std::string collection(const std::string& name, const std::string& of,
                       const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return "class " + name + "(Named[aiobpf." + of + "]):\n    def __getitem__(self, name: " + literal(names) +
         ") -> aiobpf." + of + ": ...  # type: ignore[override]\n\n";
}

// What a constant can be set to, as aiobpf.load() takes it.
std::string constant_type(const bpf::type& described) {
  switch (described.kind) {
    case type_kind::integer:
    case type_kind::boolean:
    case type_kind::enumeration:
    case type_kind::pointer: return "int | bytes";
    case type_kind::floating_point: return "float | bytes";
    default: return "bytes";
  }
}

// What load(rodata=) sets; written as a call, for a name may be a word of Python.
std::string constants(const model& object) {
  std::string text;
  for (const auto& one : object.contents.variables) {
    if (is_constant(one)) text += "    \"" + one.its.name + "\": " + constant_type(*one.its.type) + ",\n";
  }
  return "Constants = TypedDict(\"Constants\", {\n" + text + "}, total=False)\n\n";
}

std::string object_class(const model& object) {
  const auto programs = names_of(object.contents.programs);
  const auto maps = names_of(object.contents.maps);
  std::string text = "class Object(aiobpf.BpfObject):\n    \"\"\"" + object.file + ", loaded\"\"\"\n\n";
  if (!programs.empty()) {
    text += "    programs: _Programs\n    def program(self, name: " + literal(programs) +
            ") -> aiobpf.BpfProgram: ...  # type: ignore[override]\n";
  }
  if (!maps.empty()) {
    text += "    maps: _Maps\n    def map(self, name: " + literal(maps) +
            ") -> aiobpf.BpfMap: ...  # type: ignore[override]\n";
  }
  return text + "\n";
}

std::string functions(const model& object) {
  const auto maps = names_of(object.contents.maps);
  const std::string keys = maps.empty() ? "str" : literal(maps);
  return "def open() -> aiobpf.BpfObjectFile: ...\ndef load(\n    *, max_entries: Mapping[" + keys +
         ", int] | None = None, rodata: Constants | None = None\n) -> Object: ...\n";
}

}  // namespace

std::string write_stub(const model& object) {
  return "# Made from " + object.file +
         " by aiobpf.gen: do not edit.\n"
         "from collections.abc import Mapping\nfrom typing import Any, ClassVar, Literal, TypeAlias, "
         "TypedDict, "
         "final\n\n"
         "import aiobpf\nimport numpy  # type: ignore[import-not-found, unused-ignore]\n"
         "from aiobpf._named import Named\n\nOBJECT: bytes\nNAME: str\n\n" +
         records(object) + collection("_Programs", "BpfProgram", names_of(object.contents.programs)) +
         collection("_Maps", "BpfMap", names_of(object.contents.maps)) + constants(object) +
         object_class(object) + functions(object);
}

}  // namespace aiobpf::gen
