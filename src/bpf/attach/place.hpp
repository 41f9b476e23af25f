#pragma once

#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// Whether a section is of that name, as "kprobe", or begins with it and a slash.
bool section_is(std::string_view section, std::string_view name);

/// What ENOENT or ESRCH means for a program of that section.
struct missing_place {
  bool is_kernels = false;  ///< all such places are missing on this kernel: errc::not_supported
  std::string text;
};
missing_place explain_missing(std::string_view section, std::string_view libbpf_log);

/// What to do with a program of that section, which names no place to attach to.
std::string how_to_attach(std::string_view section);

}  // namespace aiobpf::bpf
