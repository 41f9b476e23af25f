#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/bpf/system_call.hpp>

#include "btf_state.hpp"
#include "btf_types.hpp"
#include "check_btf.hpp"
#include "libbpf_log.hpp"
#include "load_failure.hpp"
#include "names.hpp"
#include "newer_sections.hpp"
#include "open_failure.hpp"
#include "read_file.hpp"
#include "throw_error.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace aiobpf::bpf {
namespace {

// Those that people compile have some 100 KiB; what is larger than this was named by mistake.
constexpr std::size_t object_bytes_limit = 64 << 20;

// What a load needs beside a descriptor for each program and map: the BTF, and libbpf's probes.
constexpr std::size_t probing_descriptors = 8;

std::string opening(const std::filesystem::path& path) {
  return "open " + path.string();
}

struct variable {
  std::size_t offset = 0;
  std::size_t size = 0;
  __u32 type = 0;
};

// Where a global is in .rodata, by the object's BTF. Throws not_found with the names there are.
variable find_rodata(const ::bpf_object* object, std::string_view object_name, std::string_view name) {
  const ::btf* types = ::bpf_object__btf(object);
  std::vector<std::string> there;
  const int section = types ? ::btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : -1;
  if (section >= 0) {
    const ::btf_type* type = type_at(types, static_cast<__u32>(section), object_name);
    const ::btf_var_secinfo* info = ::btf_var_secinfos(type);
    for (int i = 0; i < ::btf_vlen(type); ++i) {
      const ::btf_type* var = type_at(types, info[i].type, object_name);
      there.push_back(identifier_at(types, var->name_off, object_name));
      if (there.back() == name) return {info[i].offset, info[i].size, var->type};
    }
  }
  throw_no_such("`const volatile` global", object_name, name, there);
}

// libbpf asks the kernel once a process what it can do, and takes "no descriptor is left" for "it cannot",
// for ever. So look first whether there are enough.
void check_descriptors(const ::bpf_object* object, std::string_view step) {
  const std::size_t needed =
      program_names_of(object).size() + map_names_of(object).size() + probing_descriptors;
  std::vector<unique_fd> held;
  held.emplace_back(::eventfd(0, EFD_CLOEXEC));
  while (held.back() && held.size() < needed) {
    held.emplace_back(::fcntl(held.front().get(), F_DUPFD_CLOEXEC, 0));
  }
  if (!held.back()) throw_system_call(errno, step);
}

}  // namespace

object_file::object_file(const std::filesystem::path& path)
    : object_file(open(read_file(path, object_bytes_limit, opening(path)), path.filename().string(),
                       opening(path))) {}

object_file object_file::from_memory(std::span<const std::byte> object, std::string name) {
  const std::string step = "open " + name;
  return open(object, std::move(name), step);
}

object_file object_file::open(std::span<const std::byte> object, std::string name, const std::string& step) {
  check_btf(object, step);
  // As libbpf names an object by its path: it begins the names of the maps that hold globals.
  const std::string stem = name.substr(0, name.find('.'));
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = stem.c_str());
  libbpf_log log;
  ::bpf_object* opened = ::bpf_object__open_mem(object.data(), object.size(), &options);
  if (opened != nullptr) return object_file{std::move(name), opened};
  throw_error(errc::wrong_type, step, explain_open_failure(object, errno, log.text()), log.take());
}

object_file::object_file(std::string name, ::bpf_object* opened)
    : name_(std::move(name)),
      object_(opened),
      types_(std::make_unique<btf::state>(::bpf_object__btf(opened), "the object's BTF")) {
  name_newer_sections(opened);
  types_.state_->remedy =
      "; a type that is only used inside a function is left out: name it with AIOBPF_EVENT_TYPE";
}

void object_file::check_open(std::string_view step) const {
  if (!object_) throw_error(errc::closed, name_ + ": " + std::string{step}, "the file was already loaded");
}

std::vector<std::string> object_file::program_names() const {
  check_open("list programs");
  return program_names_of(object_.get());
}

bpf::program object_file::program(std::string_view name) const {
  check_open("get a program");
  return bpf::program{find_program(object_.get(), name_, name)};
}

std::vector<std::string> object_file::map_names() const {
  check_open("list maps");
  return map_names_of(object_.get());
}

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

type_ptr object_file::rodata(std::string_view name) const {
  check_open("read rodata");
  return types_.at(find_rodata(object_.get(), name_, name).type);
}

void object_file::set_rodata(std::string_view name, std::span<const std::byte> value) {
  check_open("set rodata");
  const std::string step = name_ + ": `const volatile` global '" + std::string{name} + "'";
  const variable where = find_rodata(object_.get(), name_, name);
  if (value.size() != where.size) {
    throw_error(errc::wrong_size, step,
                "it has " + std::to_string(where.size) + " bytes, not " + std::to_string(value.size()));
  }
  std::size_t size = 0;
  ::bpf_map* section = find_map(object_.get(), name_, ".rodata");
  // libbpf gives its own copy of the section, which load() hands to the kernel; it is there to be written.
  auto* bytes = static_cast<std::byte*>(const_cast<void*>(::bpf_map__initial_value(section, &size)));
  if (bytes == nullptr || where.offset + where.size > size) throw_error(errc::wrong_size, step);
  std::memcpy(bytes + where.offset, value.data(), value.size());
}

void object_file::set_autoload(std::string_view program, bool load) {
  check_open("set autoload");
  ::bpf_program* found = find_program(object_.get(), name_, program);
  if (const int failed = ::bpf_program__set_autoload(found, load)) {
    throw_errno(-failed, name_ + ": set autoload of " + std::string{program});
  }
}

const btf& object_file::types() const {
  check_open("read a type");
  return types_;
}

namespace {

// The counters of rings (aiobpf.bpf.h) have a value for each CPU that there may be, and need no more.
void fit_counters(::bpf_object* object) {
  const int cpus = ::libbpf_num_possible_cpus();
  ::bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    const std::string_view name = or_empty(::bpf_map__name(map));
    const bool counters = name.ends_with("__ledger") && ::bpf_map__type(map) == BPF_MAP_TYPE_ARRAY &&
                          (::bpf_map__map_flags(map) & BPF_F_MMAPABLE) != 0;
    if (!counters || cpus <= 0) continue;
    const auto enough = std::min(::bpf_map__max_entries(map), static_cast<__u32>(cpus));
    ::bpf_map__set_max_entries(map, enough);  // cannot fail before loading
  }
}

}  // namespace

object object_file::load() && {
  check_open("load");
  auto spent = std::move(object_);
  fit_counters(spent.get());
  const std::string step = "load " + name_;
  check_descriptors(spent.get(), step);
  libbpf_log log;
  if (const int failed = ::bpf_object__load(spent.get())) {
    throw_load_failure(-failed, step, spent.get(), log.take());
  };
  return object{name_, std::move(spent), std::move(types_)};
}

}  // namespace aiobpf::bpf
