#include "bindings.hpp"
#include "map_view.hpp"
#include "type_object.hpp"

#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/maps/open.hpp>
#include <aiobpf/bpf/maps/types.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

using shared_map = std::shared_ptr<bpf::map>;

// Null is None.
py::object to_type(const bpf::type_ptr& type) {
  return type ? py::object{type_object{type}} : py::object{};
}

bpf::type_ptr from_type(const type_object* type) {
  return type ? type->shared() : nullptr;
}

py::object map_name(const bpf::map& map) {
  return to_str(map.name());
}

py::tuple object_map_types(const bpf::object& object, const std::string& name) {
  return translated("BtfValidationError", [&] {
    const auto found = bpf::types_of(object, name);
    return py::make_tuple(to_type(found.key), to_type(found.value));
  });
}

py::tuple map_types(const bpf::map& map) {
  return translated("BtfValidationError", [&] {
    const auto found = bpf::types_of(map);
    return py::make_tuple(to_type(found.key), to_type(found.value));
  });
}

// As map_options has them.
shared_map create(std::uint32_t type, const std::string& name, std::uint32_t key_size,
                  std::uint32_t value_size, std::uint32_t max_entries, std::uint32_t flags,
                  const type_object* key_type, const type_object* value_type, const bpf::map* inner,
                  std::uint64_t extra, int numa_node) {
  const bpf::map_options options{.name = name,
                                 .type = type,
                                 .key_size = key_size,
                                 .value_size = value_size,
                                 .max_entries = max_entries,
                                 .flags = flags,
                                 .key_type = from_type(key_type),
                                 .value_type = from_type(value_type),
                                 .inner = inner,
                                 .extra = extra,
                                 .numa_node = numa_node};
  return translated("BpfMapError", [&] { return std::make_shared<bpf::map>(bpf::create_map(options)); });
}

shared_map open_pinned(const std::string& path) {
  return translated("BpfMapError", [&] { return std::make_shared<bpf::map>(bpf::open_pinned_map(path)); });
}

shared_map open_by_id(std::uint32_t id) {
  return translated("BpfMapError", [&] { return std::make_shared<bpf::map>(bpf::open_map_by_id(id)); });
}

// Takes the descriptor over; when it is not a map's, it stays the caller's.
shared_map take_over(int fd, const std::string& name) {
  return translated("BpfMapError", [&] {
    const bpf::map probe{bpf::unique_fd::duplicate(fd), name};
    return std::make_shared<bpf::map>(bpf::unique_fd{fd}, name);
  });
}

void freeze(const bpf::map& map) {
  translated("BpfMapError", [&] { map.freeze(); });
}

void pin(const bpf::map& map, const std::string& path) {
  translated("BpfMapError", [&] { map.pin(path); });
}

void unpin(const bpf::map& map, const std::string& path) {
  translated("BpfMapError", [&] { map.unpin(path); });
}

py::object next_key(const bpf::map& map, const py::object& key) {
  return translated("BpfMapError", [&]() -> py::object {
    if (key.is_none()) {
      const auto found = map.next_key({});
      return found ? to_bytes(*found) : py::object{};
    }
    const bytes_argument bytes{key};
    const auto found = map.next_key(bytes.get());
    return found ? to_bytes(*found) : py::object{};
  });
}

std::size_t possible_cpus() {
  return translated("BpfSyscallError", [] { return bpf::possible_cpus(); });
}

// --- before loading

void set_value_size(bpf::object_file& file, const std::string& map, std::uint32_t bytes) {
  translated("BpfMapError", [&] { file.set_value_size(map, bytes); });
}

void set_pin_path(bpf::object_file& file, const std::string& map, const std::string& path) {
  translated("BpfMapError", [&] { file.set_pin_path(map, path); });
}

void reuse(bpf::object_file& file, const std::string& map, const bpf::map& existing) {
  translated("BpfMapError", [&] { file.reuse(map, existing); });
}

// --- views

void init_view(const py::object& view, const shared_map& map, const codec& key, const codec& value) {
  map_access access{map, key, value,
                    map->is_per_cpu() && map->value_size() != 0
                        ? map->value_bytes() / ((map->value_size() + 7) / 8 * 8)
                        : 0};
  if (!init_map_view(view.ptr(), std::move(access))) py::throw_error_already_set();
}

}  // namespace

void bind_maps() {
  py::class_<bpf::map, shared_map, boost::noncopyable>("Map", py::no_init)
      .add_property("name", map_name)
      .add_property("type_name", &bpf::map::type_name)
      .add_property("type", &bpf::map::type)
      .add_property("id", &bpf::map::id)
      .add_property("flags", &bpf::map::flags)
      .add_property("key_size", &bpf::map::key_size)
      .add_property("value_size", &bpf::map::value_size)
      .add_property("value_bytes", &bpf::map::value_bytes)
      .add_property("max_entries", &bpf::map::max_entries)
      .add_property("is_per_cpu", &bpf::map::is_per_cpu)
      .add_property("is_frozen", &bpf::map::is_frozen)
      .add_property("fd", &bpf::map::native_handle)
      .add_property("types", map_types)
      .def("next_key", next_key)
      .def("freeze", freeze)
      .def("pin", pin)
      .def("unpin", unpin);
  py::def("possible_cpus", possible_cpus);
  py::def("map_types_of", object_map_types);
  py::def("create_map", create);
  py::def("open_pinned_map", open_pinned);
  py::def("open_map_by_id", open_by_id);
  py::def("map_of_descriptor", take_over);
  py::def("set_value_size", set_value_size);
  py::def("set_pin_path", set_pin_path);
  py::def("reuse_map", reuse);
  py::def("init_map_view", init_view);
}

}  // namespace aiobpf::python
