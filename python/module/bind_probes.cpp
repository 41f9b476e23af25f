#include "bindings.hpp"
#include "source_handle.hpp"
#include "type_object.hpp"

#include <aiobpf/probes/aggregate.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/probes/tracefs.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

// Of an int that was checked to fit.
template <class Value>
Value number_of(const py::object& given) {
  const auto value = PyLong_AsUnsignedLongLong(given.ptr());
  if (PyErr_Occurred()) py::throw_error_already_set();
  return static_cast<Value>(value);
}

template <class Value>
std::optional<Value> optional_of(const py::object& given) {
  if (given.is_none()) return std::nullopt;
  return number_of<Value>(given);
}

// From the attributes of a Python object, which were checked there.
probes::trace_options options_of(const py::object& from) {
  probes::trace_options made{.event = py::extract<std::string>(from.attr("event"))};
  const py::object fields = from.attr("fields");
  for (py::ssize_t i = 0; i < py::len(fields); ++i)
    made.fields.push_back(py::extract<std::string>(fields[i]));
  made.where = py::extract<std::string>(from.attr("where"));
  made.pid = optional_of<std::uint32_t>(from.attr("pid"));
  made.uid = optional_of<std::uint32_t>(from.attr("uid"));
  made.cgroup = optional_of<std::uint64_t>(from.attr("cgroup"));
  made.sample = number_of<std::uint32_t>(from.attr("sample"));
  made.per_second = number_of<std::uint32_t>(from.attr("per_second"));
  made.limits.text = made.limits.bytes = number_of<std::size_t>(from.attr("room"));
  made.ring_bytes = number_of<std::size_t>(from.attr("ring_bytes"));
  return made;
}

py::list to_list(const std::vector<std::string>& names) {
  py::list list;
  for (const auto& name : names) list.append(to_str(name));
  return list;
}

py::list trace(const py::list& all) {
  std::vector<probes::trace_options> options;
  for (py::ssize_t i = 0; i < py::len(all); ++i) options.push_back(options_of(all[i]));
  auto made = translated("BpfAttachError", [&] {
    const gil_released others_run;
    return probes::trace(options);
  });
  py::list list;
  for (auto& one : made) list.append(std::make_shared<probes::probe>(std::move(one)));
  return list;
}

type_object event_record(const py::object& options) {
  const auto checked = options_of(options);
  return translated("BpfError", [&] { return type_object{probes::plan(checked).type}; });
}

py::object event(const probes::probe& probe) {
  return to_str(probe.event());
}

type_object type(const probes::probe& probe) {
  return type_object{probe.plan().type};
}

py::list checked(const probes::probe& probe) {
  return to_list(probe.plan().checked);
}

std::shared_ptr<source_handle> take_source(probes::probe& probe) {
  return translated("BpfError", [&] { return std::make_shared<source_handle>(probe.take_source()); });
}

void detach(probes::probe& probe) {
  const gil_released others_run;
  probe.detach();
}

// From the attributes of a Python object, which were checked there.
std::vector<std::string> strings(const py::object& from) {
  std::vector<std::string> made;
  for (py::ssize_t i = 0; i < py::len(from); ++i) made.push_back(py::extract<std::string>(from[i]));
  return made;
}

probes::aggregate_options aggregate_options_of(const py::object& from) {
  using buckets = probes::aggregate_options::buckets;
  probes::aggregate_options made{.events = strings(from.attr("events")), .by = strings(from.attr("by"))};
  made.value = py::extract<std::string>(from.attr("value"));
  const std::string sorted = py::extract<std::string>(from.attr("sorted"));
  made.sorted = sorted == "log2" ? buckets::log2 : sorted == "linear" ? buckets::linear : buckets::none;
  made.least = static_cast<std::int64_t>(PyLong_AsLongLong(py::object(from.attr("least")).ptr()));
  made.step = number_of<std::uint64_t>(from.attr("step"));
  made.steps = number_of<std::uint32_t>(from.attr("steps"));
  made.where = py::extract<std::string>(from.attr("where"));
  made.pid = optional_of<std::uint32_t>(from.attr("pid"));
  made.uid = optional_of<std::uint32_t>(from.attr("uid"));
  made.cgroup = optional_of<std::uint64_t>(from.attr("cgroup"));
  made.text_bytes = number_of<std::size_t>(from.attr("room"));
  made.keys = number_of<std::uint32_t>(from.attr("keys"));
  return made;
}

std::shared_ptr<probes::aggregate> make_aggregate(const py::object& options) {
  const auto checked = aggregate_options_of(options);
  return translated("BpfAttachError", [&] {
    const gil_released others_run;
    return std::make_shared<probes::aggregate>(checked);
  });
}

py::list aggregate_events(const probes::aggregate& from) {
  return to_list(from.events());
}

type_object key_type(const probes::aggregate& from) {
  return type_object{from.key_type()};
}

// (key, bucket, count, sum, least, most)...
py::list read_aggregate(const probes::aggregate& from) {
  const auto rows = translated("BpfMapError", [&] {
    const gil_released others_run;
    return from.read();
  });
  py::list list;
  for (const auto& one : rows) {
    list.append(py::make_tuple(to_bytes(one.key), one.bucket, one.count, one.sum, one.least, one.most));
  }
  return list;
}

std::uint64_t lost(const probes::aggregate& from) {
  return translated("BpfMapError", [&] { return from.lost(); });
}

void detach_aggregate(probes::aggregate& from) {
  const gil_released others_run;
  from.detach();
}

py::list matching_events(const std::string& pattern) {
  return to_list(translated("BpfError", [&] { return probes::tracefs{}.matching(pattern); }));
}

}  // namespace

void bind_probes() {
  py::class_<probes::probe, std::shared_ptr<probes::probe>, boost::noncopyable>("Probe", py::no_init)
      .add_property("event", event)
      .add_property("type", type)
      .add_property("checked", checked)
      .def("take_source", take_source)
      .def("detach", detach);
  py::class_<probes::aggregate, std::shared_ptr<probes::aggregate>, boost::noncopyable>("Aggregate",
                                                                                        py::no_init)
      .add_property("events", aggregate_events)
      .add_property("key_type", key_type)
      .def("read", read_aggregate)
      .def("lost", lost)
      .def("detach", detach_aggregate);
  py::def("make_aggregate", make_aggregate);
  py::def("trace", trace);
  py::def("event_record", event_record);
  py::def("matching_events", matching_events);
}

}  // namespace aiobpf::python
