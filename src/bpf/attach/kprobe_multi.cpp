#include <aiobpf/bpf/attach/kprobe_multi.hpp>
#include <aiobpf/bpf/environment.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "glob.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <fstream>
#include <set>

namespace aiobpf::bpf {
namespace {

// The functions that can be probed. libbpf 1.1 takes a pattern's from /proc/kallsyms, where there are many
// that cannot, and one of them makes the kernel refuse all.
std::vector<std::string> functions_of(const std::string& pattern) {
  std::ifstream all{mount_point("tracefs") + "/available_filter_functions"};
  std::set<std::string> found;  // static functions of one name are one: the kernel takes names
  for (std::string line; std::getline(all, line);) {
    auto name = line.substr(0, line.find(' '));  // " [module]" may follow
    if (matches(name, pattern)) found.insert(std::move(name));
  }
  return {found.begin(), found.end()};
}

bool has_fprobes() {
  std::ifstream all{mount_point("tracefs") + "/available_filter_functions"};
  return all.good();
}

}  // namespace

link attach(const program& program, const kprobe_multi_options& options) {
  attach_call call{"attach", program,
                   "to the functions " + (options.pattern.empty() ? "listed" : "'" + options.pattern + "'")};
  call.check_loaded();
  call.check_section({"kprobe.multi", "kretprobe.multi"});
  call.needs_kernel(5, 18);
  if (options.pattern.empty() == options.functions.empty()) {
    throw_error(errc::wrong_size, call.step(), "give either a pattern or functions");
  }
  if (!options.cookies.empty() && options.cookies.size() != options.functions.size()) {
    throw_error(errc::wrong_size, call.step(),
                std::to_string(options.cookies.size()) + " cookies for " +
                    std::to_string(options.functions.size()) + " functions: one each, or none");
  }
  const auto functions = options.pattern.empty() ? options.functions : functions_of(options.pattern);
  if (functions.empty()) {
    if (!options.pattern.empty() && !has_fprobes()) {
      throw_error(
          errc::not_supported, call.step(),
          mount_point("tracefs").empty()
              ? "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing"
              : "this kernel has no fprobes (CONFIG_FPROBE): no available_filter_functions in tracefs");
    }
    call.throw_failed(ENOENT);
  }
  std::vector<const char*> names;
  for (const auto& name : functions) {
    call.check_name(name);
    names.push_back(name.c_str());
  }
  LIBBPF_OPTS(bpf_link_create_opts, more,
              .kprobe_multi = {.flags = options.retprobe ? __u32{BPF_F_KPROBE_MULTI_RETURN} : 0,
                               .cnt = static_cast<__u32>(names.size()),
                               .syms = names.data(),
                               .addrs = nullptr,
                               .cookies = options.cookies.empty()
                                              ? nullptr
                                              : reinterpret_cast<const __u64*>(options.cookies.data())});
  const int made = ::bpf_link_create(program.native_handle(), 0, BPF_TRACE_KPROBE_MULTI, &more);
  if (made < 0 && -made == EOPNOTSUPP) {
    throw_error(errc::not_supported, call.step(), "this kernel has no fprobes (CONFIG_FPROBE)");
  }
  if (made < 0) call.throw_failed(-made);
  return call.finish(unique_fd{made});
}

}  // namespace aiobpf::bpf
