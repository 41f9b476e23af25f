#include <aiobpf/bpf/contents.hpp>

#include "names.hpp"

#include <bpf/libbpf.h>

#include <string_view>

namespace aiobpf::bpf {
namespace {

// What AIOBPF_EVENT_TYPE of aiobpf.bpf.h calls the pointers that keep types.
constexpr std::string_view event_prefix = "aiobpf_event_type_";

std::vector<object_contents::program> programs_of(const ::bpf_object* object) {
  std::vector<object_contents::program> found;
  ::bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    found.push_back({.name = or_empty(::bpf_program__name(program)),
                     .section = or_empty(::bpf_program__section_name(program)),
                     .type_name = or_empty(::libbpf_bpf_prog_type_str(::bpf_program__type(program)))});
  }
  return found;
}

std::vector<object_contents::map> maps_of(const ::bpf_object* object, const btf& types) {
  std::vector<object_contents::map> found;
  const auto said = [&](std::uint32_t id) { return id == 0 ? type_ptr{} : types.at(id); };
  ::bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (::bpf_map__is_internal(map)) continue;
    found.push_back({.name = or_empty(::bpf_map__name(map)),
                     .type_name = or_empty(::libbpf_bpf_map_type_str(::bpf_map__type(map))),
                     .key_size = ::bpf_map__key_size(map),
                     .value_size = ::bpf_map__value_size(map),
                     .max_entries = ::bpf_map__max_entries(map),
                     .key = said(::bpf_map__btf_key_type_id(map)),
                     .value = said(::bpf_map__btf_value_type_id(map))});
  }
  return found;
}

// Of what a pointer of AIOBPF_EVENT_TYPE points to; it knows the struct's name only.
void add_event(object_contents& found, const btf& types, const type& pointer) {
  if (pointer.kind == type_kind::pointer && pointer.element) {
    found.events.push_back(types.find(to_string(*pointer.element)));
  }
}

void add_globals(object_contents& found, const ::bpf_object* object, const btf& types) {
  for (const auto& section : types.sections()) {
    // Not all sections of BTF have globals: .maps and the like are not maps themselves.
    const ::bpf_map* map = lookup_map(object, section);
    if (map == nullptr || !::bpf_map__is_internal(map)) continue;
    for (const auto& one : types.globals(section)) {
      if (one.name.starts_with(event_prefix)) {
        add_event(found, types, *one.type);
      } else {
        found.variables.push_back({section, one});
      }
    }
  }
}

}  // namespace

object_contents contents_of(const object_file& file) {
  const btf& types = file.types();  // says when the file was loaded
  const ::bpf_object* object = file.object_.get();
  object_contents found{
      .programs = programs_of(object), .maps = maps_of(object, types), .variables = {}, .events = {}};
  add_globals(found, object, types);
  return found;
}

}  // namespace aiobpf::bpf
