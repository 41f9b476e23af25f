#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/maps/create.hpp>

#include "../libbpf_log.hpp"
#include "../names.hpp"
#include "../throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {
namespace {

std::string step_of(const map_options& options) {
  const char* type = ::libbpf_bpf_map_type_str(static_cast<::bpf_map_type>(options.type));
  return "create the map " + (options.name.empty() ? "without a name" : options.name) + " (" +
         (type ? type : "type " + std::to_string(options.type)) + ")";
}

std::uint32_t size_of(std::uint32_t given, const type_ptr& its, const char* what, const std::string& step) {
  if (!its) return given;
  if (given == 0 || given == its->size) return static_cast<std::uint32_t>(its->size);
  throw_error(errc::wrong_size, step,
              std::string{what} + " is '" + to_string(*its) + "' and has " + std::to_string(its->size) +
                  " bytes, not " + std::to_string(given));
}

// The types in the kernel, and their numbers there. Once the map has them nothing else needs them.
struct loaded_types {
  unique_fd btf;
  std::uint32_t key = 0;
  std::uint32_t value = 0;
};

// The kernel takes one of "signed" and "char" only; clang says of a char that it is signed.
void say_one_encoding(const ::btf* types) {
  for (__u32 id = 1; id < ::btf__type_cnt(types); ++id) {
    const ::btf_type* type = ::btf__type_by_id(types, id);
    constexpr __u32 both = BTF_INT_SIGNED | BTF_INT_CHAR;
    if (!::btf_is_int(type) || (::btf_int_encoding(type) & both) != both) continue;
    auto* info = const_cast<__u32*>(reinterpret_cast<const __u32*>(type + 1));  // ours, not loaded yet
    *info &= ~(static_cast<__u32>(BTF_INT_CHAR) << 24);
  }
}

// One struct of both, so that one blob has all that they are made of.
loaded_types load_types(const type_ptr& key, const type_ptr& value, const std::string& step) {
  type both;
  both.kind = type_kind::structure;
  both.name = "aiobpf_map_entry";
  both.size = key->size + value->size;
  both.members = {{"key", 0, 0, key}, {"value", key->size * 8, 0, value}};
  const auto raw = to_btf(both);

  libbpf_log log;
  const std::unique_ptr<::btf, decltype(&::btf__free)> parsed{
      ::btf__new(raw.data(), static_cast<__u32>(raw.size())), ::btf__free};
  if (!parsed) throw_errno(errno, step, log.take());
  say_one_encoding(parsed.get());
  const ::btf_type* last = ::btf__type_by_id(parsed.get(), ::btf__type_cnt(parsed.get()) - 1);
  if (::btf__load_into_kernel(parsed.get()) != 0) {
    throw_with_remedy(errno, step, "the kernel refuses its types; the log says why", log.take());
  }
  // The descriptor is the btf's, and closed with it.
  return {unique_fd::duplicate(::btf__fd(parsed.get())), ::btf_members(last)[0].type,
          ::btf_members(last)[1].type};
}

// What the kernel does not say: which of the numbers it does not like.
std::string asked_for(const map_options& options, std::uint32_t key_size, std::uint32_t value_size) {
  return "refused with keys of " + std::to_string(key_size) + " bytes, values of " +
         std::to_string(value_size) + ", " + std::to_string(options.max_entries) + " entries and flags " +
         std::to_string(options.flags) + (options.inner ? "" : ", without an inner map") +
         ": see what bpf(2) wants of this type";
}

}  // namespace

map create_map(const map_options& options) {
  const std::string step = step_of(options);
  const auto key_size = size_of(options.key_size, options.key_type, "a key", step);
  const auto value_size = size_of(options.value_size, options.value_type, "a value", step);
  if (has_nul(options.name)) throw_error(errc::not_found, step, "a name has no NUL");
  if (!options.key_type != !options.value_type) {
    throw_error(errc::wrong_type, step, "the kernel takes the types of both, keys and values, or of none");
  }
  const loaded_types types =
      options.key_type ? load_types(options.key_type, options.value_type, step) : loaded_types{};
  LIBBPF_OPTS(bpf_map_create_opts, wanted, .map_flags = options.flags, .map_extra = options.extra);
  if (types.btf) {
    wanted.btf_fd = static_cast<__u32>(types.btf.get());
    wanted.btf_key_type_id = types.key;
    wanted.btf_value_type_id = types.value;
  }
  if (options.inner) wanted.inner_map_fd = static_cast<__u32>(options.inner->native_handle());
  if (options.numa_node >= 0) {
    wanted.numa_node = static_cast<__u32>(options.numa_node);
    wanted.map_flags |= BPF_F_NUMA_NODE;
  }
  libbpf_log log;
  unique_fd made{::bpf_map_create(static_cast<::bpf_map_type>(options.type),
                                  options.name.empty() ? nullptr : options.name.c_str(), key_size, value_size,
                                  options.max_entries, &wanted)};
  if (made) return map{std::move(made), options.name};
  if (errno == EINVAL || errno == E2BIG) {
    throw_with_remedy(errno, step, asked_for(options, key_size, value_size), log.take());
  }
  throw_errno(errno, step, log.take());
}

}  // namespace aiobpf::bpf
