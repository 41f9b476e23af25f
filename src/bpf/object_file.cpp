#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/bpf/system_call.hpp>

#include "btf_state.hpp"
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

#include <algorithm>
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

void set_token([[maybe_unused]] ::bpf_object_open_opts& options,
               [[maybe_unused]] const std::filesystem::path& token,
               [[maybe_unused]] const std::string& step) {
#if LIBBPF_MAJOR_VERSION > 1 || LIBBPF_MINOR_VERSION >= 5
  options.bpf_token_path = token.c_str();
#else
  throw_error(errc::not_supported, step,
              std::string{"a BPF token takes libbpf 1.5, and this is "} + ::libbpf_version_string());
#endif
}

}  // namespace

object_file::object_file(const std::filesystem::path& path, const open_options& options)
    : object_file(open(read_file(path, object_bytes_limit, opening(path)), path.filename().string(),
                       opening(path), options)) {}

object_file object_file::from_memory(std::span<const std::byte> object, std::string name,
                                     const open_options& options) {
  const std::string step = "open " + name;
  return open(object, std::move(name), step, options);
}

object_file object_file::open(std::span<const std::byte> object, std::string name, const std::string& step,
                              const open_options& options) {
  check_machine(object, step);
  check_btf(object, step);
  if (!options.kernel_btf.empty())
    btf::of_file(options.kernel_btf);  // libbpf follows what is in there unchecked
  // As libbpf names an object by its path: it begins the names of the maps that hold globals.
  const std::string stem = name.substr(0, name.find('.'));
  LIBBPF_OPTS(bpf_object_open_opts, native, .object_name = stem.c_str());
  if (!options.kernel_btf.empty()) native.btf_custom_path = options.kernel_btf.c_str();
  if (!options.token.empty()) set_token(native, options.token, step);
  libbpf_log log;
  ::bpf_object* opened = ::bpf_object__open_mem(object.data(), object.size(), &native);
  if (opened != nullptr) return object_file{std::move(name), opened};
  const auto reason = explain_open_failure(errno, log.text());
  throw_error(errc::wrong_type, step, reason, log.take());
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
