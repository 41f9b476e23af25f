#pragma once

#include "event_type.hpp"
#include "python.hpp"

#include <cstddef>
#include <cstdint>

namespace aiobpf::python {

/// Makes Python objects out of records: bytes, instances of a ctypes.Structure subclass, or of a class made
/// by make_event_type(). One a source.
class decoder {
public:
  /// For `event_type`, as BpfRingBuffer takes it. False with an exception set: TypeError.
  static bool make(PyObject* event_type, decoder& out);

  /// A new object for one record; null with an exception set (BtfValidationError: another length than
  /// the type has).
  PyObject* operator()(const std::byte* data, std::uint32_t length) const {
    if (kind_ == kind::bytes) {
      return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data), static_cast<Py_ssize_t>(length));
    }
    if (length != size_) return wrong_length(length);
    if (kind_ == kind::event) return layout_->make(data);
    return make_structure(data);
  }

  std::size_t size() const noexcept { return size_; }  ///< bytes of a record; 0 when any length is taken
  bool takes_any_length() const noexcept { return kind_ == kind::bytes; }

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const {
    Py_VISIT(type_.get());
    return 0;
  }

private:
  enum class kind { bytes, event, structure };

  PyObject* make_structure(const std::byte* data) const;
  PyObject* wrong_length(std::uint32_t length) const;

  kind kind_ = kind::bytes;
  std::size_t size_ = 0;
  reference type_;
  event_layout* layout_ = nullptr;  // of an event class, which type_ keeps
  newfunc new_ = nullptr;           // of ctypes.Structure
  reference empty_;                 // an empty tuple: its arguments
  reference from_buffer_copy_;      // set when ctypes keeps its pointer elsewhere than we know
};

}  // namespace aiobpf::python
