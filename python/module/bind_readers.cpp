#include "bindings.hpp"
#include "reader_object.hpp"

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/loop/memory_ring.hpp>
#include <aiobpf/loop/ring_source.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

py::object make_reader(const std::string& driver, double latency, std::size_t queue_bytes) {
  return translated("BpfSyscallError", [&] {
    const loop::stream_options options{.latency = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                           std::chrono::duration<double>{latency})};
    auto made = driver == "inline" ? make_inline_driver(options) : make_thread_driver(options, queue_bytes);
    return py::object(py::handle<>(make_reader_object(std::move(made))));
  });
}

record_reader& reader_in(const py::object& object) {
  record_reader* reader = reader_of(object.ptr());
  if (reader == nullptr) py::throw_error_already_set();
  return *reader;
}

std::size_t add(const py::object& reader, loop::any_source source, const py::object& event_type) {
  decoder made;
  if (!decoder::make(event_type.ptr(), made)) py::throw_error_already_set();
  return reader_in(reader).add(std::move(source), std::move(made));
}

std::size_t add_ring(const py::object& reader, const bpf::map& ring, const py::object& counters,
                     const py::object& event_type) {
  auto source = translated("BpfMapError", [&] {
    std::optional<bpf::map> ledger;
    if (!counters.is_none()) {
      const bpf::map& given = py::extract<const bpf::map&>(counters);
      ledger.emplace(bpf::unique_fd::duplicate(given.native_handle()), given.name());
    }
    return loop::ring_source{ring, std::move(ledger)};
  });
  return translated("BpfSyscallError", [&] { return add(reader, std::move(source), event_type); });
}

std::size_t add_memory_ring(const py::object& reader, const loop::memory_ring& ring,
                            const py::object& event_type) {
  return translated("BpfSyscallError", [&] { return add(reader, ring.source(), event_type); });
}

std::shared_ptr<loop::memory_ring> make_memory_ring(std::size_t bytes) {
  return translated("BpfSyscallError", [&] { return std::make_shared<loop::memory_ring>(bytes); });
}

bool emit(const loop::memory_ring& ring, const py::object& record) {
  const bytes_argument bytes{record};
  return translated("BpfError", [&] { return ring.emit(bytes.get()); });
}

}  // namespace

void bind_readers() {
  py::def("make_reader", make_reader);
  py::def("add_ring", add_ring);
  py::def("add_memory_ring", add_memory_ring);
  py::def("make_memory_ring", make_memory_ring);
  py::class_<loop::memory_ring, std::shared_ptr<loop::memory_ring>>("MemoryRing", py::no_init)
      .def("emit", emit);
}

}  // namespace aiobpf::python
