#include <aiobpf/bpf/object_file.hpp>

#include "libbpf_log.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

namespace aiobpf::bpf {
namespace {

struct variable {
  std::size_t offset = 0;
  std::size_t size = 0;
};

// Where a global stands in .rodata, by the object's BTF. Throws not_found with the names there are.
variable find_rodata(const ::bpf_object* object, std::string_view object_name, std::string_view name) {
  const ::btf* types = ::bpf_object__btf(object);
  std::vector<std::string> there;
  const int section = types ? ::btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : -1;
  if (section >= 0) {
    const ::btf_type* type = ::btf__type_by_id(types, static_cast<__u32>(section));
    const ::btf_var_secinfo* info = ::btf_var_secinfos(type);
    for (int i = 0; i < ::btf_vlen(type); ++i) {
      const ::btf_type* var = ::btf__type_by_id(types, info[i].type);
      there.emplace_back(::btf__name_by_offset(types, var->name_off));
      if (there.back() == name) return {info[i].offset, info[i].size};
    }
  }
  throw_no_such("`const volatile` global", object_name, name, there);
}

bool verifier_refused(const std::string& log) {
  return log.find("-- BEGIN PROG LOAD LOG --") != log.npos;
}

}  // namespace

object_file::object_file(const std::filesystem::path& path) : name_(path.filename().string()) {
  const std::string step = "open " + path.string();
  // libbpf reports most troubles with a file as ENOENT or EINVAL alike: look first.
  if (::access(path.c_str(), R_OK) != 0) throw_file_errno(errno, step);
  if (std::filesystem::is_directory(path)) throw_file_errno(EISDIR, step);
  libbpf_log log;
  object_.reset(::bpf_object__open_file(path.c_str(), nullptr));
  if (!object_) {
    const int failed = errno;
    throw_error(errc::wrong_type, step,
                std::string{"not a BPF object that libbpf reads ("} + std::strerror(failed) +
                    "); compile it with clang -g -O2 -target bpf -c",
                log.take());
  }
}

void object_file::check_open(std::string_view step) const {
  if (!object_) throw_error(errc::closed, name_ + ": " + std::string{step}, "the file was already loaded");
}

std::vector<std::string> object_file::program_names() const {
  check_open("list programs");
  return program_names_of(object_.get());
}

std::vector<std::string> object_file::map_names() const {
  check_open("list maps");
  return map_names_of(object_.get());
}

void object_file::set_max_entries(std::string_view map, std::uint32_t entries) {
  check_open("set max_entries");
  ::bpf_map* found = find_map(object_.get(), name_, map);
  const std::string step = name_ + ": set max_entries of map '" + std::string{map} + "'";
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

struct_layout object_file::layout(std::string_view type) const {
  check_open("read a type");
  return read_layout(::bpf_object__btf(object_.get()), type);
}

object object_file::load() && {
  check_open("load");
  auto spent = std::move(object_);
  libbpf_log log;
  if (const int failed = ::bpf_object__load(spent.get())) {
    const std::string step = "load " + name_;
    if (verifier_refused(log.text()) && failed != -EPERM) {
      throw_error(errc::rejected, step, "the verifier refused a program; its log says why", log.take());
    }
    throw_errno(-failed, step, log.take());
  }
  return object{name_, std::move(spent)};
}

}  // namespace aiobpf::bpf
