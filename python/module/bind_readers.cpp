#include "bindings.hpp"
#include "callback_reader.hpp"
#include "reader_object.hpp"
#include "source_handle.hpp"

#include <aiobpf/bpf/object.hpp>
#include <aiobpf/loop/background_stream.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::python {
namespace {

namespace py = boost::python;

std::chrono::nanoseconds to_time(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{seconds});
}

/// A ring of an object, with the counters that are beside it; or any ring, without counters.
std::shared_ptr<source_handle> ring_source(const bpf::map& ring, const py::object& object) {
  return make_source("BpfMapError", [&]() -> std::unique_ptr<loop::source> {
    if (object.is_none()) return std::make_unique<sources::ring_source>(ring);
    const bpf::object& owner = py::extract<const bpf::object&>(object);
    return std::make_unique<sources::ring_source>(owner, ring.name());
  });
}

std::shared_ptr<source_handle> memory_source(const sources::memory_ring& ring) {
  return make_source("BpfSyscallError",
                     [&] { return std::make_unique<sources::memory_source>(ring.source()); });
}

// None, or a tuple of two times.
std::optional<loop::polling> to_polling(const py::object& poll) {
  if (poll.is_none()) return std::nullopt;
  return loop::polling{.pause = to_time(py::extract<double>(poll[0])),
                       .idle = to_time(py::extract<double>(poll[1]))};
}

py::object make_reader(const std::string& driver, double latency, std::size_t queue_bytes,
                       const py::object& poll) {
  return translated("BpfSyscallError", [&] {
    const loop::stream_options options{.latency = to_time(latency), .poll = to_polling(poll)};
    std::shared_ptr<loop::polled_stream> made;
    if (driver == "inline") {
      made = std::make_shared<loop::embedded_stream>(options);
    } else {
      made = std::make_shared<loop::background_stream>(
          loop::background_options{.stream = options, .queue_bytes = queue_bytes});
    }
    return py::object(py::handle<>(make_reader_object(std::move(made))));
  });
}

record_reader& reader_in(const py::object& object) {
  record_reader* reader = reader_of(object.ptr());
  if (reader == nullptr) py::throw_error_already_set();
  return *reader;
}

/// One decoder; its size and whether it takes longer records are its type's.
decoder make_decoder(const py::object& event_type) {
  decoder made;
  if (!decoder::make(event_type.ptr(), made)) py::throw_error_already_set();
  return made;
}

std::optional<decoder> make_decoder_or_none(const py::object& event_type) {
  if (event_type.is_none()) return std::nullopt;
  return make_decoder(event_type);
}

std::uint64_t to_number(const py::object& object) {
  const std::uint64_t number = PyLong_AsUnsignedLongLong(object.ptr());
  if (PyErr_Occurred()) py::throw_error_already_set();
  return number;
}

/// Of (tag's offset, tag's size, ((tag, name, event type or None), ...), event type or None for the rest).
source_decoder make_decoder_by_type(const py::tuple& described) {
  std::vector<loop::record_type> types;
  std::vector<std::optional<decoder>> by_type;
  const py::tuple all = py::extract<py::tuple>(described[2]);
  for (py::ssize_t i = 0; i < py::len(all); ++i) {
    const auto made = make_decoder_or_none(all[i][2]);
    types.push_back({.name = py::extract<std::string>(all[i][1]),
                     .tag = to_number(all[i][0]),
                     .size = made ? static_cast<std::uint32_t>(made->size()) : 0,
                     .open_ended = !made || made->takes_any_length()});
    by_type.push_back(made);
  }
  const loop::tag_field where{.offset = static_cast<std::uint32_t>(to_number(described[0])),
                              .size = static_cast<std::uint32_t>(to_number(described[1]))};
  // A type of any length begins with its tag, too.
  for (auto& type : types) type.size = std::max(type.size, type.open_ended ? where.offset + where.size : 0);
  return translated("BtfValidationError", [&] {
    return source_decoder{source_decoder::types{.classify = loop::classifier{where, std::move(types)},
                                                .by_type = std::move(by_type),
                                                .otherwise = make_decoder_or_none(described[3])}};
  });
}

source_decoder make_source_decoder(const py::object& event_type) {
  const py::extract<py::tuple> several{event_type};
  return several.check() ? make_decoder_by_type(several()) : source_decoder{make_decoder(event_type)};
}

std::uint32_t add(const py::object& reader, source_handle& source, const py::object& event_type,
                  const std::string& name, const py::object& latency, const py::object& poll) {
  auto made = make_source_decoder(event_type);
  loop::source_options options{.name = name};
  if (!latency.is_none()) options.latency = to_time(py::extract<double>(latency));
  options.poll = to_polling(poll);
  return translated("BpfSyscallError", [&] {
    return reader_in(reader).add(source.take(), std::move(options), std::move(made));
  });
}

void remove(const py::object& reader, std::uint32_t source) {
  translated("BpfError", [&] { reader_in(reader).remove(source); });
}

// --- callback_reader

std::shared_ptr<callback_reader> make_callback_reader(double latency) {
  return translated("BpfSyscallError", [&] {
    return std::make_shared<callback_reader>(loop::stream_options{.latency = to_time(latency)});
  });
}

std::uint32_t add_with_callback(callback_reader& reader, source_handle& source, const py::object& event_type,
                                const std::string& name, const py::object& latency, bool as_view) {
  auto made = make_source_decoder(event_type);
  loop::source_options options{.name = name};
  if (!latency.is_none()) options.latency = to_time(py::extract<double>(latency));
  return translated("BpfSyscallError",
                    [&] { return reader.add(source.take(), std::move(options), std::move(made), as_view); });
}

py::tuple count_types(const callback_reader& reader, std::uint32_t source) {
  return translated("BpfError", [&] {
    py::list counts;
    for (const auto one : reader.count_types(source)) counts.append(one);
    return py::tuple{counts};
  });
}

void remove_with_callback(callback_reader& reader, std::uint32_t source) {
  translated("BpfError", [&] { reader.remove(source); });
}

py::object consume(callback_reader& reader, const py::list& functions) {
  return translated("BpfError", [&] {
    const Py_ssize_t called = reader.consume(functions.ptr());
    if (called < 0) py::throw_error_already_set();
    return py::object{called};
  });
}

void check_callback_reader(const callback_reader& reader) {
  translated("BpfError", [&] { reader.check_open("read a ring buffer"); });
}

template <bool Verified>
py::object count(const callback_reader& reader, const py::object& which) {
  return translated("BpfError", [&] {
    std::optional<std::uint32_t> source;
    if (!which.is_none()) source = py::extract<std::uint32_t>(which);
    return py::object(py::handle<>(ledger_dict(reader.count(Verified, source))));
  });
}

std::shared_ptr<sources::memory_ring> make_memory_ring(std::size_t bytes) {
  return translated("BpfSyscallError", [&] { return std::make_shared<sources::memory_ring>(bytes); });
}

bool emit(const sources::memory_ring& ring, const py::object& record) {
  const bytes_argument bytes{record};
  return translated("BpfError", [&] { return ring.emit(bytes.get()); });
}

// (name, meaning, whether the program's side lost it) of each cause.
py::tuple causes_of_loss() {
  py::list all;
  for (const auto& one : records::causes) {
    all.append(py::make_tuple(to_str(one.name), to_str(one.meaning), one.where == records::side::program));
  }
  return py::tuple{all};
}

py::tuple ledger_counts() {
  py::list all;
  for (const auto& one : records::counts) all.append(to_str(one.name));
  return py::tuple{all};
}

}  // namespace

void bind_readers() {
  py::class_<source_handle, std::shared_ptr<source_handle>, boost::noncopyable>("Source", py::no_init);
  py::def("ring_source", ring_source);
  py::def("memory_source", memory_source);
  py::def("make_reader", make_reader);
  py::def("add_source", add);
  py::def("remove_source", remove);
  py::def("make_memory_ring", make_memory_ring);
  py::def("make_callback_reader", make_callback_reader);
  py::class_<callback_reader, std::shared_ptr<callback_reader>, boost::noncopyable>("CallbackReader",
                                                                                    py::no_init)
      .def("add", add_with_callback)
      .def("remove", remove_with_callback)
      .def("consume", consume)
      .def("check_open", check_callback_reader)
      .def("statistics", count<false>)
      .def("verify", count<true>)
      .def("count_types", count_types)
      .def("stop", &callback_reader::close)
      .def("release", &callback_reader::release)
      .add_property("fd", &callback_reader::native_handle)
      .add_property("is_open", &callback_reader::is_open);
  py::class_<sources::memory_ring, std::shared_ptr<sources::memory_ring>>("MemoryRing", py::no_init)
      .def("emit", emit);
  py::scope().attr("causes_of_loss") = causes_of_loss();
  py::scope().attr("ledger_counts") = ledger_counts();
}

}  // namespace aiobpf::python
