#include <aiobpf/bpf/missed_runs.hpp>
#include <aiobpf/bpf/object.hpp>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <string>

namespace aiobpf::bpf {
namespace {

bool uses(int program, std::uint32_t map) {
  ::bpf_prog_info info{};
  __u32 length = sizeof(info);
  if (::bpf_obj_get_info_by_fd(program, &info, &length) != 0) return false;
  std::vector<__u32> maps(info.nr_map_ids);
  info = {};
  info.nr_map_ids = static_cast<__u32>(maps.size());
  info.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
  length = sizeof(info);
  return ::bpf_obj_get_info_by_fd(program, &info, &length) == 0 &&
         std::find(maps.begin(), maps.end(), map) != maps.end();
}

}  // namespace

missed_runs::missed_runs(const object& from, const map& used) {
  for (const std::string& name : from.program_names()) {
    if (!from.has_program(name)) continue;  // not loaded
    const int program = from.program(name).native_handle();
    if (uses(program, used.id())) programs_.push_back(unique_fd::duplicate(program));
  }
}

std::uint64_t missed_runs::count() const noexcept {
  std::uint64_t sum = 0;
  for (const unique_fd& program : programs_) {
    ::bpf_prog_info info{};
    __u32 length = sizeof(info);
    if (::bpf_obj_get_info_by_fd(program.get(), &info, &length) == 0) sum += info.recursion_misses;
  }
  return sum;
}

}  // namespace aiobpf::bpf
