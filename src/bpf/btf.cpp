#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/map.hpp>

#include "btf_state.hpp"
#include "btf_types.hpp"
#include "check_btf.hpp"
#include "elf_sections.hpp"
#include "kernel_btf.hpp"
#include "libbpf_log.hpp"
#include "names.hpp"
#include "nearest_names.hpp"
#include "read_file.hpp"
#include "throw_error.hpp"

#include <bpf/btf.h>
#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aiobpf::bpf {
namespace {

// The kernel's BTF has some 6 MiB, an object with its code less than that.
constexpr std::size_t file_bytes_limit = 256 << 20;

// Structs named in an error message, at most.
constexpr std::size_t named_structs_limit = 20;

bool is_elf(bytes_view bytes) {
  return bytes.size() >= SELFMAG && std::memcmp(bytes.data(), ELFMAG, SELFMAG) == 0;
}

// What libbpf found damaged: since 1.3 it looks itself, and only its log says at what.
std::string_view damage_in(std::string_view log) {
  const auto begin = log.find("type [");
  if (begin == log.npos) return {};
  return log.substr(begin, log.find('\n', begin) - begin);
}

// BTF alone, checked.
btf_handle parse(bytes_view raw, const std::string& step) {
  libbpf_log log;
  btf_handle types{::btf__new(raw.data(), static_cast<__u32>(raw.size())), ::btf__free};
  if (!types) {
    if (const auto damage = damage_in(log.text()); !damage.empty()) throw_btf_corrupt(step, damage);
    throw_error(errc::wrong_type, step, "not BTF that libbpf reads (" + errno_code(errno).message() + ")",
                log.take());
  }
  check_btf(types.get(), step);
  return types;
}

// "; <what>: a, b", or nothing without names.
std::string listed(std::string_view what, const std::vector<std::string_view>& names) {
  std::string list;
  for (const auto name : names)
    list.append(list.empty() ? "; " + std::string{what} + ": " : ", ").append(name);
  return list;
}

// The structs that there are, or where they are many those that may have been meant.
std::string struct_names(const ::btf* types, std::string_view wanted) {
  std::vector<std::string_view> names;
  for (__u32 id = 1; id < ::btf__type_cnt(types); ++id) {
    const ::btf_type* type = ::btf__type_by_id(types, id);
    const std::string_view name = or_empty(::btf__name_by_offset(types, type->name_off));
    if (::btf_is_struct(type) && is_identifier(name)) names.push_back(name);  // else unnamed, or damaged
  }
  if (names.size() <= named_structs_limit) return listed("there are", names);
  return listed("similar names", nearest_names(wanted.substr(wanted.rfind(' ') + 1), names));
}

}  // namespace

btf::btf(std::unique_ptr<state> opened) noexcept : state_(std::move(opened)) {}
btf::btf(btf&&) noexcept = default;
btf& btf::operator=(btf&&) noexcept = default;
btf::~btf() = default;

btf btf::of_bytes(bytes_view raw) {
  return btf{std::make_unique<state>(parse(raw, "read BTF"), "this BTF")};
}

btf btf::of_file(const std::filesystem::path& path) {
  const std::string step = "read the BTF of " + path.string();
  const auto bytes = read_file(path, file_bytes_limit, step);
  const std::string where = "the BTF of " + path.string();
  if (!is_elf(bytes)) return btf{std::make_unique<state>(parse(bytes, step), where)};
  const auto sections = elf_sections(bytes, ".BTF");
  if (sections.empty()) throw_error(errc::not_found, step, "it has none: compile it with clang -g");
  return btf{std::make_unique<state>(parse(sections.front(), step), where)};
}

btf btf::of_kernel() {
  if (::access(kernel_btf_path, R_OK) != 0) {
    throw_with_remedy(errno, "read the kernel's BTF", kernel_btf_remedy);
  }
  auto kernel = of_file(kernel_btf_path);
  kernel.state_->where = "the kernel's BTF";
  return kernel;
}

btf btf::of_map(const map& described) {
  const std::string step = "read the BTF of the map " + described.name();
  if (described.btf_id() == 0) throw_error(errc::not_found, step, "it was made without BTF");
  libbpf_log log;
  btf_handle types{::btf__load_from_kernel_by_id(described.btf_id()), ::btf__free};
  if (!types) throw_errno(errno, step, log.take());
  check_btf(types.get(), step);
  return btf{std::make_unique<state>(std::move(types), "the BTF of the map " + described.name())};
}

type_ptr btf::find(std::string_view name) const {
  const std::string step = "type '" + std::string{name} + "'";
  if (state_->types == nullptr) {
    throw_error(errc::not_found, step, "the object carries no BTF: compile it with clang -g");
  }
  if (!state_->names) state_->names.emplace(state_->types);
  if (const auto id = state_->names->find(name)) return state_->builder.build(id, step);
  throw_error(
      errc::not_found, step,
      "no type of that name in " + state_->where + struct_names(state_->types, name) + state_->remedy);
}

std::uint32_t btf::size() const noexcept {
  return state_->types == nullptr ? 0 : ::btf__type_cnt(state_->types) - 1;
}

type_ptr btf::at(std::uint32_t id) const {
  const std::string step = "type " + std::to_string(id);
  if (state_->types == nullptr || id > size()) {
    throw_error(errc::not_found, step, "there are " + std::to_string(size()) + " in " + state_->where);
  }
  return state_->builder.build(id, step);
}

std::vector<std::string> btf::sections() const {
  std::vector<std::string> names;
  for (std::uint32_t id = 1; id <= size(); ++id) {
    const ::btf_type* type = ::btf__type_by_id(state_->types, id);
    if (::btf_is_datasec(type))
      names.emplace_back(or_empty(::btf__name_by_offset(state_->types, type->name_off)));
  }
  return names;
}

std::vector<global> btf::globals(std::string_view section) const {
  std::vector<global> found;
  for (std::uint32_t id = 1; id <= size(); ++id) {
    const ::btf_type* type = ::btf__type_by_id(state_->types, id);
    if (!::btf_is_datasec(type) || section != or_empty(::btf__name_by_offset(state_->types, type->name_off)))
      continue;
    const std::string step = "the globals of " + std::string{section} + " in " + state_->where;
    for (int i = 0; i < ::btf_vlen(type); ++i) {
      const ::btf_var_secinfo& info = ::btf_var_secinfos(type)[i];
      const ::btf_type* variable = type_at(state_->types, info.type, step);
      if (!::btf_is_var(variable)) continue;  // a function of another object
      auto its = state_->builder.build(variable->type, step);
      if (its->size > info.size) throw_btf_corrupt(step, "a global is larger than its place");
      found.push_back({identifier_at(state_->types, variable->name_off, step), info.offset, std::move(its)});
    }
  }
  std::sort(found.begin(), found.end(), [](const global& a, const global& b) { return a.offset < b.offset; });
  return found;
}

}  // namespace aiobpf::bpf
