#include <aiobpf/bpf/attach/kprobe_multi.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/uprobe_multi.hpp>

#include "attach_call.hpp"
#include "place.hpp"

#include <bpf/libbpf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

// "kprobe.multi/<pattern>"
link attach_kprobe_multi(const program& program, const std::string& place, bool retprobe) {
  return attach(program,
                kprobe_multi_options{.pattern = place, .functions = {}, .retprobe = retprobe, .cookies = {}});
}

// "uprobe.multi/<path>:<pattern>"
link attach_uprobe_multi(const program& program, const std::string& place, bool retprobe) {
  const auto colon = place.rfind(':');
  if (colon == place.npos) {
    attach_call{"attach", program, "by its section '" + program.section() + "'", attach_target::section}
        .throw_failed(EOPNOTSUPP);
  }
  return attach(program, uprobe_multi_options{.binary = place.substr(0, colon),
                                              .pattern = place.substr(colon + 1),
                                              .symbols = {},
                                              .offsets = {},
                                              .retprobe = retprobe,
                                              .cookies = {}});
}

// Kinds for which we do more than libbpf, or which it does not know.
struct own_kind {
  std::string_view section;
  link (*attach)(const program&, const std::string& place, bool retprobe);
  bool retprobe;
};
constexpr own_kind own_kinds[] = {
    {"kprobe.multi", attach_kprobe_multi, false},   {"kretprobe.multi", attach_kprobe_multi, true},
    {"uprobe.multi", attach_uprobe_multi, false},   {"uretprobe.multi", attach_uprobe_multi, true},
    {"uprobe.multi.s", attach_uprobe_multi, false}, {"uretprobe.multi.s", attach_uprobe_multi, true},
};

}  // namespace

link attach(const program& program) {
  attach_call call{"attach", program, "by its section '" + program.section() + "'", attach_target::section};
  call.check_loaded();
  const std::string section = program.section();
  for (const auto& kind : own_kinds) {
    if (section_is(section, kind.section) && section.size() > kind.section.size() + 1) {
      return kind.attach(program, section.substr(kind.section.size() + 1), kind.retprobe);
    }
  }
  return call.finish(::bpf_program__attach(call.native()));
}

}  // namespace aiobpf::bpf
