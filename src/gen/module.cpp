#include "outputs.hpp"
#include "text.hpp"

namespace aiobpf::gen {

std::string write_module(const model& object) {
  std::string names;
  for (const auto& one : object.records) {
    names += "    \"" + python_name(name_of(*one)) + "\": \"" + to_string(*one) + "\",\n";
  }
  return "\"\"\"Made from " + object.file + R"( by aiobpf.gen: do not edit.

    with )" +
         object.name +
         R"(.load() as obj: ...
"""

import base64

import aiobpf

#: The object, as clang wrote it.
OBJECT = base64.b64decode(
    """
)" + base64(object.object) +
         R"(
"""
)
NAME = ")" +
         object.file + R"("
Object = aiobpf.BpfObject
_TYPES = {
)" + names +
         R"(}
_file = aiobpf.open(OBJECT, name=NAME)


def open():
    """The object, opened and not yet loaded."""
    return aiobpf.open(OBJECT, name=NAME)


def load(*, max_entries=None, rodata=None):
    """Opens and loads the object, as aiobpf.load()."""
    return aiobpf.load(OBJECT, name=NAME, max_entries=max_entries, rodata=rodata)


def __getattr__(name):
    if name not in _TYPES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()[name] = _file.event_type(_TYPES[name])
    return made
)";
}

}  // namespace aiobpf::gen
