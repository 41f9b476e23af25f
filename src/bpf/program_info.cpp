#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/program_info.hpp>

#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstdio>

namespace aiobpf::bpf {
namespace {

::bpf_prog_info read_info(const program& program, std::vector<std::uint32_t>& maps) {
  ::bpf_prog_info info{};
  info.nr_map_ids = static_cast<__u32>(maps.size());
  info.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
  __u32 length = sizeof(info);
  if (::bpf_obj_get_info_by_fd(program.native_handle(), &info, &length) != 0) {
    throw_errno(errno, "read about " + program.name());
  }
  return info;
}

std::string hexadecimal(const __u8 (&bytes)[BPF_TAG_SIZE]) {
  std::string text(2 * sizeof(bytes) + 1, '\0');
  for (std::size_t i = 0; i < sizeof(bytes); ++i) std::snprintf(&text[2 * i], 3, "%02x", bytes[i]);
  text.pop_back();
  return text;
}

}  // namespace

program_info program::info() const {
  if (!is_loaded()) throw_error(errc::wrong_phase, "read about " + name(), "it is not loaded");
  std::vector<std::uint32_t> maps;
  maps.resize(read_info(*this, maps).nr_map_ids);  // how many there are
  const auto info = read_info(*this, maps);
  return {.id = info.id,
          .tag = hexadecimal(info.tag),
          .name = info.name,
          .loaded_at = info.load_time,
          .created_by = info.created_by_uid,
          .instructions_bytes = info.xlated_prog_len,
          .machine_code_bytes = info.jited_prog_len,
          .verified_instructions = info.verified_insns,
          .maps = std::move(maps),
          .run_count = info.run_cnt,
          .run_nanoseconds = info.run_time_ns,
          .missed = info.recursion_misses};
}

run_statistics::run_statistics() : enabled_(::bpf_enable_stats(BPF_STATS_RUN_TIME)) {
  if (!enabled_) throw_errno(errno, "count the runs of programs");
}

}  // namespace aiobpf::bpf
