#include <aiobpf/bpf/attach/usdt.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "find_binary.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aiobpf::bpf {
namespace {

// The map of <bpf/usdt.bpf.h> in which libbpf tells the program where arguments are; the kernel cuts its
// name. Empty where it cannot be looked at (CAP_SYS_ADMIN).
unique_fd specs_of(const program& program) {
  for (const auto id : program.info().maps) {
    unique_fd map{::bpf_map_get_fd_by_id(id)};
    ::bpf_map_info info{};
    __u32 length = sizeof(info);
    const bool known = map && ::bpf_obj_get_info_by_fd(map.get(), &info, &length) == 0;
    if (known && std::strncmp(info.name, "__bpf_usdt_spec", BPF_OBJ_NAME_LEN - 1) == 0) return map;
  }
  return unique_fd{};
}

// libbpf 1.7.0 lays arguments out otherwise than the header of the versions before it, and says nothing: the
// program would see none of them, and no cookie. A value ends with the cookie (8 bytes) and the number of
// arguments (2, padded to 8); what is before it is not empty where there are any.
bool is_laid_out_otherwise(int specs) {
  ::bpf_map_info info{};
  __u32 length = sizeof(info);
  if (::bpf_obj_get_info_by_fd(specs, &info, &length) != 0 || info.value_size < 2 * sizeof(std::uint64_t))
    return false;
  std::vector<char> spec(info.value_size);
  for (std::uint32_t index = 0; ::bpf_map_lookup_elem(specs, &index, spec.data()) == 0; ++index) {
    const auto arguments = spec.end() - 2 * sizeof(std::uint64_t);
    const bool used = std::any_of(spec.begin(), spec.end(), [](char byte) { return byte != 0; });
    if (!used) return false;  // nor are those after it
    std::uint16_t count = 0;
    std::memcpy(&count, &*arguments + sizeof(std::uint64_t), sizeof(count));
    if (count == 0 && std::any_of(spec.begin(), arguments, [](char byte) { return byte != 0; })) return true;
  }
  return false;
}

}  // namespace

link attach(const program& program, const usdt_options& options) {
  attach_call call{"attach", program,
                   "to the probe " + options.provider + ":" + options.name + " of " + options.binary};
  call.check_loaded();
  call.check_section({"usdt", "usdt.s"});
  const auto path = find_binary(call, options.binary);
  call.check_name(options.provider);
  call.check_name(options.name);
  LIBBPF_OPTS(bpf_usdt_opts, more, .usdt_cookie = options.cookie);
  link made = call.finish(::bpf_program__attach_usdt(call.native(), options.pid, path.c_str(),
                                                     options.provider.c_str(), options.name.c_str(), &more));
  if (const unique_fd specs = specs_of(program); specs && is_laid_out_otherwise(specs.get())) {
    throw_error(errc::not_supported, call.step(),
                std::string{"its object was compiled with the <bpf/usdt.bpf.h> of another libbpf than "} +
                    ::libbpf_version_string() +
                    ", which lays arguments out otherwise: compile it with that one's");
  }
  return made;
}

}  // namespace aiobpf::bpf
