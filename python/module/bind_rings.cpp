#include "bindings.hpp"

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/rings/ring_reader.hpp>

#include <memory>
#include <vector>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

// Records of a drain, at most: what a program adds meanwhile is for the next one.
constexpr std::size_t records_at_once = 1 << 20;

std::shared_ptr<rings::ring_reader> ring_drainer(const bpf::map& ring) {
  return translated("BpfMapError", [&] {
    return std::make_shared<rings::ring_reader>(rings::ring_memory::map_kernel_ring(ring));
  });
}

// All that is there.
py::list drain(rings::ring_reader& ring) {
  return translated("BpfMapError", [&] {
    py::list records;
    const auto walk =
        ring.drain({.records = records_at_once, .bytes = ring.size()},
                   [&](std::span<const std::byte> record) { records.append(to_bytes(record)); });
    if (walk.stop == rings::ring_stop::corrupt)
      throw bpf::error{bpf::errc::ring_corrupt, "the ring is damaged"};
    if (walk.stop == rings::ring_stop::taken) {
      throw bpf::error{bpf::errc::ring_taken, "another reader has taken this ring"};
    }
    return records;
  });
}

}  // namespace

void bind_rings() {
  py::class_<rings::ring_reader, std::shared_ptr<rings::ring_reader>, boost::noncopyable>("RingDrainer",
                                                                                          py::no_init)
      .def("drain", drain);
  py::def("ring_drainer", ring_drainer);
}

}  // namespace aiobpf::python
