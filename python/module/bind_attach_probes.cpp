#include "bind_attach.hpp"

#include <aiobpf/bpf/attach/kprobe.hpp>
#include <aiobpf/bpf/attach/kprobe_multi.hpp>
#include <aiobpf/bpf/attach/ksyscall.hpp>
#include <aiobpf/bpf/attach/perf_event.hpp>
#include <aiobpf/bpf/attach/raw_tracepoint.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/tracepoint.hpp>
#include <aiobpf/bpf/attach/uprobe.hpp>
#include <aiobpf/bpf/attach/uprobe_multi.hpp>
#include <aiobpf/bpf/attach/usdt.hpp>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

attached by_section(const bpf::program& program) {
  return translated("BpfAttachError", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::link>(bpf::attach(program));
  });
}

attached tracepoint(const bpf::program& program, const std::string& category, const std::string& name,
                    std::uint64_t cookie) {
  return attach_as(program, bpf::tracepoint_options{category, name, cookie});
}

attached raw_tracepoint(const bpf::program& program, const std::string& name) {
  return attach_as(program, bpf::raw_tracepoint_options{name});
}

attached kprobe(const bpf::program& program, const std::string& function, std::uint64_t offset, bool retprobe,
                std::uint64_t cookie) {
  return attach_as(program, bpf::kprobe_options{function, offset, retprobe, cookie});
}

attached ksyscall(const bpf::program& program, const std::string& name, bool retprobe, std::uint64_t cookie) {
  return attach_as(program, bpf::ksyscall_options{name, retprobe, cookie});
}

attached kprobe_multi(const bpf::program& program, const std::string& pattern, const py::list& functions,
                      bool retprobe, const py::list& cookies) {
  return attach_as(program, bpf::kprobe_multi_options{pattern, to_vector<std::string>(functions), retprobe,
                                                      to_vector<std::uint64_t>(cookies)});
}

attached uprobe(const bpf::program& program, const std::string& binary, const std::string& symbol,
                std::uint64_t offset, bool retprobe, int pid, std::uint64_t cookie) {
  return attach_as(program, bpf::uprobe_options{binary, symbol, offset, retprobe, pid, cookie});
}

attached uprobe_multi(const bpf::program& program, const std::string& binary, const std::string& pattern,
                      const py::list& symbols, const py::list& offsets, bool retprobe, int pid,
                      const py::list& cookies) {
  return attach_as(program, bpf::uprobe_multi_options{binary, pattern, to_vector<std::string>(symbols),
                                                      to_vector<std::uint64_t>(offsets), retprobe, pid,
                                                      to_vector<std::uint64_t>(cookies)});
}

attached usdt(const bpf::program& program, const std::string& binary, const std::string& provider,
              const std::string& name, int pid, std::uint64_t cookie) {
  return attach_as(program, bpf::usdt_options{binary, provider, name, pid, cookie});
}

attached perf_event(const bpf::program& program, const std::string& event, std::uint64_t frequency,
                    std::uint64_t period, int pid, int cpu, std::uint64_t cookie) {
  return attach_as(program, bpf::perf_event_options{event, frequency, period, pid, cpu, cookie});
}

// The descriptor stays the caller's: the link gets its own.
attached open_perf_event(const bpf::program& program, int event, std::uint64_t cookie) {
  return translated("BpfAttachError", [&] {
    return std::make_shared<bpf::link>(
        bpf::attach(program, bpf::open_perf_event{bpf::unique_fd::duplicate(event), cookie}));
  });
}

}  // namespace

void bind_attach_probes(program_class& program) {
  program.def("attach", by_section, keeps_program())
      .def("attach_tracepoint", tracepoint, keeps_program())
      .def("attach_raw_tracepoint", raw_tracepoint, keeps_program())
      .def("attach_kprobe", kprobe, keeps_program())
      .def("attach_ksyscall", ksyscall, keeps_program())
      .def("attach_kprobe_multi", kprobe_multi, keeps_program())
      .def("attach_uprobe", uprobe, keeps_program())
      .def("attach_uprobe_multi", uprobe_multi, keeps_program())
      .def("attach_usdt", usdt, keeps_program())
      .def("attach_perf_event", perf_event, keeps_program())
      .def("attach_open_perf_event", open_perf_event, keeps_program());
}

}  // namespace aiobpf::python
