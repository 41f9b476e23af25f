#include <aiobpf/bpf/attach/perf_event.hpp>

#include "../attachment_group.hpp"
#include "../libbpf_attachment.hpp"
#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>

namespace aiobpf::bpf {
namespace {

struct named_event {
  std::string_view name;
  std::uint32_t type;
  std::uint64_t config;
};

constexpr std::array events{
    named_event{"cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK},
    named_event{"task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    named_event{"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    named_event{"minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
    named_event{"major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ},
    named_event{"context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    named_event{"cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    named_event{"alignment-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS},
    named_event{"emulation-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS},
    named_event{"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    named_event{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    named_event{"cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
    named_event{"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    named_event{"branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    named_event{"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    named_event{"bus-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES},
    named_event{"ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES},
    named_event{"stalled-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
    named_event{"stalled-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
};

const named_event& find_event(const attach_call& call, const std::string& name) {
  std::string there;
  for (const auto& one : events) {
    if (one.name == name) return one;
    there.append(there.empty() ? "" : ", ").append(one.name);
  }
  throw_error(errc::not_found, call.step(), "no such event; there are: " + there);
}

// As in "0-3,6" (cpulist of the kernel).
std::vector<int> online_cpus() {
  std::ifstream list{"/sys/devices/system/cpu/online"};
  std::vector<int> cpus;
  int first = 0;
  while (list >> first) {
    int last = first;
    if (list.peek() == '-') list.ignore() >> last;
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    list.ignore();  // the comma
  }
  return cpus;
}

unique_fd open_event(const attach_call& call, const named_event& event, const perf_event_options& options,
                     int cpu) {
  ::perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = event.type;
  attributes.config = event.config;
  attributes.freq = options.frequency != 0;
  attributes.sample_period = options.frequency != 0 ? options.frequency : options.period;
  unique_fd opened{static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, options.pid, cpu, -1, PERF_FLAG_FD_CLOEXEC))};
  if (opened) return opened;
  switch (errno) {
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
      throw_error(errc::not_supported, call.step(),
                  "this machine does not count it: software events, as cpu-clock, work everywhere");
    case ESRCH: throw_with_remedy(ESRCH, call.step(), "no process " + std::to_string(options.pid));
    case EINVAL:
      throw_with_remedy(EINVAL, call.step(),
                        options.frequency != 0
                            ? "more runs a second than sysctl kernel.perf_event_max_sample_rate"
                            : "no CPU " + std::to_string(cpu));
    case ENOSYS: throw_error(errc::not_supported, call.step(), "this kernel has no perf events");
    default: throw_errno(errno, call.step());
  }
}

std::unique_ptr<attachment> attach_to(attach_call& call, unique_fd event, std::uint64_t cookie) {
  LIBBPF_OPTS(bpf_perf_event_opts, more, .bpf_cookie = cookie);
  ::bpf_link* made = ::bpf_program__attach_perf_event_opts(call.native(), event.get(), &more);
  if (made == nullptr) call.throw_failed(errno);
  static_cast<void>(event.release());  // the link closes it
  return libbpf_attachment::take_over(made);
}

}  // namespace

std::vector<std::string> perf_event_names() {
  std::vector<std::string> names;
  for (const auto& one : events) names.emplace_back(one.name);
  return names;
}

link attach(const program& program, const perf_event_options& options) {
  attach_call call{"attach", program, "to the perf event " + options.event};
  call.check_loaded();
  call.check_section({"perf_event"});
  const named_event& event = find_event(call, options.event);
  if ((options.frequency == 0) == (options.period == 0)) {
    throw_error(errc::wrong_size, call.step(),
                "give either a frequency (runs a second) or a period (every Nth event)");
  }
  const bool every_cpu = options.pid < 0 && options.cpu < 0;
  auto group = std::make_unique<attachment_group>();
  attachment_group& all = *group;
  link made{std::move(group)};  // detaches those that were made, should a later one fail
  for (const int cpu : every_cpu ? online_cpus() : std::vector{options.cpu}) {
    all.add(attach_to(call, open_event(call, event, options, cpu), options.cookie));
  }
  return made;
}

link attach(const program& program, open_perf_event options) {
  attach_call call{"attach", program,
                   "to the perf event of descriptor " + std::to_string(options.event.get())};
  call.check_loaded();
  call.check_section({"perf_event"});
  return link{attach_to(call, std::move(options.event), options.cookie)};
}

}  // namespace aiobpf::bpf
