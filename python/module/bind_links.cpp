// Links, and what programs say of themselves.
#include "bind_links.hpp"

#include <aiobpf/bpf/attach/btf_tracepoint.hpp>
#include <aiobpf/bpf/attach/fentry.hpp>
#include <aiobpf/bpf/attach/freplace.hpp>
#include <aiobpf/bpf/attach/iterator.hpp>
#include <aiobpf/bpf/attach/lsm.hpp>
#include <aiobpf/bpf/attach/struct_ops.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/program_info.hpp>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

// --- links

attached open_pinned(const std::string& path) {
  return translated("BpfError", [&] { return std::make_shared<bpf::link>(bpf::link::open_pinned(path)); });
}

void detach(bpf::link& link) {
  const gil_released others_run;
  link.detach();
}

void pin_link(const bpf::link& link, const std::string& path) {
  translated("BpfError", [&] { link.pin(path); });
}

void unpin_link(const bpf::link& link, const std::string& path) {
  translated("BpfError", [&] { link.unpin(path); });
}

void disconnect(bpf::link& link) {
  translated("BpfError", [&] { link.disconnect(); });
}

void update(bpf::link& link, const bpf::program& program) {
  translated("BpfAttachError", [&] { link.update(program); });
}

py::tuple link_info(const bpf::link& link) {
  return translated("BpfError", [&] {
    const auto info = link.info();
    return py::make_tuple(info.id, info.type, info.program, to_str(info.target));
  });
}

// The descriptor is the caller's.
int open_iterator(const bpf::link& link) {
  return translated("BpfError", [&] { return bpf::open_iterator(link).release(); });
}

// --- programs

py::dict program_info(const bpf::program& program) {
  return translated("BpfError", [&] {
    const auto info = program.info();
    py::list maps;
    for (const auto id : info.maps) maps.append(id);
    py::dict all;
    all["id"] = info.id;
    all["tag"] = info.tag;
    all["loaded_at"] = info.loaded_at;
    all["created_by"] = info.created_by;
    all["instructions_bytes"] = info.instructions_bytes;
    all["machine_code_bytes"] = info.machine_code_bytes;
    all["verified_instructions"] = info.verified_instructions;
    all["maps"] = py::tuple(maps);
    all["run_count"] = info.run_count;
    all["run_nanoseconds"] = info.run_nanoseconds;
    all["missed"] = info.missed;
    return all;
  });
}

void pin_program(const bpf::program& program, const std::string& path) {
  translated("BpfError", [&] { program.pin(path); });
}

void unpin_program(const bpf::program& program, const std::string& path) {
  translated("BpfError", [&] { program.unpin(path); });
}

py::tuple test_run(const bpf::program& program, const py::object& data, const py::object& context,
                   std::uint32_t repeat) {
  const bytes_argument packet{data};
  const bytes_argument argument{context, PyBUF_WRITABLE};
  return translated("BpfSyscallError", [&] {
    bpf::program::run_result result;
    {
      const gil_released others_run;
      result = program.run({.data = packet.get(), .context = argument.writable(), .repeat = repeat});
    }
    return py::make_tuple(result.value, to_bytes(result.data), result.nanoseconds);
  });
}

std::shared_ptr<bpf::run_statistics> run_statistics() {
  return translated("BpfError", [] { return std::make_shared<bpf::run_statistics>(); });
}

// --- what a program is prepared for, before it loads

template <class Options>
void prepare_as(const bpf::object_file& file, const std::string& program, const Options& options) {
  translated("BpfAttachError", [&] { prepare(file.program(program), options); });
}

void prepare_fentry(const bpf::object_file& file, const std::string& program, const std::string& function,
                    int target) {
  prepare_as(file, program, bpf::fentry_options{function, target});
}

void prepare_freplace(const bpf::object_file& file, const std::string& program, const std::string& function,
                      int target) {
  prepare_as(file, program, bpf::freplace_options{target, function});
}

void prepare_lsm(const bpf::object_file& file, const std::string& program, const std::string& hook) {
  prepare_as(file, program, bpf::lsm_options{hook});
}

void prepare_tracepoint(const bpf::object_file& file, const std::string& program, const std::string& name) {
  prepare_as(file, program, bpf::btf_tracepoint_options{name});
}

py::object section_of(const bpf::object_file& file, const std::string& program) {
  return translated("BpfError", [&] { return to_str(file.program(program).section()); });
}

// --- attaching that is not of one program of tracing or networks

attached iterator(const bpf::program& program, const py::object& map, int pid, int tid,
                  const std::string& cgroup) {
  const bpf::map* narrowed = map.is_none() ? nullptr : &py::extract<const bpf::map&>(map)();
  return attach_as(program, bpf::iterator_options{narrowed, pid, tid, cgroup});
}

attached struct_ops(const bpf::object& object, const std::string& map) {
  return translated("BpfAttachError", [&] {
    const gil_released others_run;
    return std::make_shared<bpf::link>(attach(object, bpf::struct_ops_options{map}));
  });
}

}  // namespace

void bind_links() {
  py::def("open_pinned_link", open_pinned);
  py::def("run_statistics", run_statistics);
  py::class_<bpf::run_statistics, std::shared_ptr<bpf::run_statistics>, boost::noncopyable>("RunStatistics",
                                                                                            py::no_init);
  py::class_<bpf::link, std::shared_ptr<bpf::link>, boost::noncopyable>("Link", py::no_init)
      .add_property("is_attached", &bpf::link::is_attached)
      .add_property("fd", &bpf::link::native_handle)
      .def("detach", detach)
      .def("pin", pin_link)
      .def("unpin", unpin_link)
      .def("disconnect", disconnect)
      .def("update", update)
      .def("info", link_info)
      .def("open_iterator", open_iterator);
}

void bind_program(program_class& program) {
  program.add_property("type", &bpf::program::type)
      .def("info", program_info)
      .def("pin", pin_program)
      .def("unpin", unpin_program)
      .def("test_run", test_run)
      .def("attach_iter", iterator, keeps_program());
}

void bind_targets(object_file_class& file, object_class& object) {
  file.def("section", section_of)
      .def("prepare_fentry", prepare_fentry)
      .def("prepare_freplace", prepare_freplace)
      .def("prepare_lsm", prepare_lsm)
      .def("prepare_tracepoint", prepare_tracepoint);
  object.def("attach_struct_ops", struct_ops, keeps_program());
}

}  // namespace aiobpf::python
