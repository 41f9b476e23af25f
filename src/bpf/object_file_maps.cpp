// What an object's maps and globals are made with: set before they are loaded.
#include <aiobpf/bpf/object_file.hpp>

#include "btf_state.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <bit>
#include <cerrno>

namespace aiobpf::bpf {

void object_file::set_max_entries(std::string_view map, std::uint32_t entries) {
  check_open("set max_entries");
  ::bpf_map* found = find_map(object_.get(), name_, map);
  const std::string step = name_ + ": set max_entries of map '" + std::string{map} + "'";
  if (::bpf_map__is_internal(found)) {
    throw_error(errc::not_supported, step, "a section of globals is a map with one entry");
  }
  if (::bpf_map__type(found) == BPF_MAP_TYPE_RINGBUF) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    if (!std::has_single_bit(entries) || entries % page != 0) {
      throw_error(errc::wrong_size, step,
                  "a ring's size is a power of two and a multiple of the page size (" + std::to_string(page) +
                      "), not " + std::to_string(entries));
    }
  }
  if (const int failed = ::bpf_map__set_max_entries(found, entries)) throw_errno(-failed, step);
}

void object_file::set_value_size(std::string_view map, std::uint32_t bytes) {
  check_open("set value_size");
  ::bpf_map* found = find_map(object_.get(), name_, map);
  const std::string step = name_ + ": set value_size of map '" + std::string{map} + "'";
  if (bytes == 0) throw_error(errc::wrong_size, step, "a value has at least 1 byte");
  if (const int failed = ::bpf_map__set_value_size(found, bytes)) throw_errno(-failed, step);
}

void object_file::set_pin_path(std::string_view map, const std::filesystem::path& path) {
  check_open("set pin path");
  ::bpf_map* found = find_map(object_.get(), name_, map);
  const std::string step = name_ + ": set pin path of map '" + std::string{map} + "'";
  if (has_nul(path.native())) throw_errno(ENOENT, step, refused::file);
  if (const int failed = ::bpf_map__set_pin_path(found, path.c_str())) throw_errno(-failed, step);
}

void object_file::reuse(std::string_view map, const bpf::map& existing) {
  check_open("reuse a map");
  ::bpf_map* found = find_map(object_.get(), name_, map);
  const std::string step = name_ + ": use map '" + existing.name() + "' as '" + std::string{map} + "'";
  // The kernel would say of a wrong one only that a program is refused.
  if (::bpf_map__type(found) != existing.type() || ::bpf_map__key_size(found) != existing.key_size() ||
      ::bpf_map__value_size(found) != existing.value_size()) {
    throw_error(errc::wrong_type, step,
                "it is a " + existing.type_name() + " with keys of " + std::to_string(existing.key_size()) +
                    " bytes and values of " + std::to_string(existing.value_size()) + "; needed are " +
                    std::to_string(::bpf_map__key_size(found)) + " and " +
                    std::to_string(::bpf_map__value_size(found)));
  }
  if (const int failed = ::bpf_map__reuse_fd(found, existing.native_handle())) throw_errno(-failed, step);
}

bpf::variables object_file::variables(std::string_view section) const {
  check_open("read variables");
  ::bpf_map* found = lookup_map(object_.get(), section);  // libbpf 1.1 wants it writable
  if (found == nullptr || !::bpf_map__is_internal(found)) {
    throw_no_such("section of variables", name_, section, types_.sections());
  }
  std::size_t size = 0;
  // libbpf gives its own copy of the section, which load() hands to the kernel; it is there to be written.
  auto* bytes = static_cast<std::byte*>(const_cast<void*>(::bpf_map__initial_value(found, &size)));
  if (bytes == nullptr)
    throw_error(errc::wrong_phase, name_ + ": " + std::string{section}, "it has no memory");
  const std::shared_ptr<std::byte> not_owned{std::shared_ptr<void>{}, bytes};
  return {name_, std::string{section}, types_.globals(section), not_owned, size, false};
}

namespace {

// A constant of an object that may have none at all.
bpf::variables rodata_of(const object_file& file, const std::string& name, std::string_view variable) {
  const bool has_rodata = !file.types().globals(".rodata").empty();
  if (!has_rodata) throw_no_such("`const volatile` global", name, variable, {});
  return file.variables(".rodata");
}

}  // namespace

type_ptr object_file::rodata(std::string_view variable) const {
  check_open("read rodata");
  return rodata_of(*this, name_, variable).type(variable);
}

void object_file::set_rodata(std::string_view variable, std::span<const std::byte> value) {
  check_open("set rodata");
  rodata_of(*this, name_, variable).set_bytes(variable, value);
}

}  // namespace aiobpf::bpf
