#include "bindings.hpp"
#include "source_handle.hpp"

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/sources/perf_source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

using losses_handle = std::shared_ptr<sources::perf_losses>;

/// The source, and what its records say was lost.
py::tuple perf_source(const bpf::map& map, std::size_t bytes, const py::tuple& lengths) {
  sources::perf_options options{.bytes = bytes};
  for (py::ssize_t i = 0; i < py::len(lengths); ++i)
    options.record_bytes.push_back(py::extract<std::uint32_t>(lengths[i]));
  losses_handle losses;
  const auto source = make_source("BpfMapError", [&] {
    auto made = std::make_unique<sources::perf_source>(map, options);
    losses = std::const_pointer_cast<sources::perf_losses>(made->losses());  // Boost.Python knows no const
    return made;
  });
  return py::make_tuple(source, losses);
}

/// A dict: counts by CPU.
py::dict counts(const sources::perf_losses& losses) {
  py::dict by_cpu;
  for (const auto& [cpu, count] : losses.counts()) by_cpu[cpu] = count;
  return by_cpu;
}

}  // namespace

void bind_perf() {
  py::class_<sources::perf_losses, losses_handle, boost::noncopyable>("PerfLosses", py::no_init)
      .def("counts", counts);
  py::def("perf_source", perf_source);
}

}  // namespace aiobpf::python
