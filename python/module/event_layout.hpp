#pragma once

#include "field_reader.hpp"
#include "python.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace aiobpf::python {

struct event_layout;

/// An instance of an event class: the record's bytes, inside.
struct event_object {
  PyObject_HEAD event_layout* layout;  // its class's: valid as long as the class is
  std::byte data[1];                   // the really of the struct's size
};

/// What an event class knows of its struct. One a class, in a capsule in the class's dict; used with the GIL
/// held. Aligned to a cache line: every event touches it, and where the heap put it made a tenth of the time.
struct alignas(64) event_layout {
  std::string name;
  std::size_t size = 0;  ///< bytes
  PyTypeObject* type = nullptr;
  std::vector<std::unique_ptr<field_info>> fields;
  std::vector<PyGetSetDef> getset;

  ~event_layout() {
    while (spare_count_ > 0) PyObject_Free(spare_[--spare_count_]);
  }

  /// To be called once, when all fields are there. False with an exception set.
  bool index_names();

  /// The field of that name, found by the name's address: names in code are interned. Null when it is no
  /// field, or a string that was made at run time.
  const field_info* find(PyObject* wanted) const noexcept {
    const std::size_t mask = names_.size() - 1;
    for (std::size_t i = slot(wanted) & mask;; i = (i + 1) & mask) {
      if (names_[i].name.get() == wanted) return names_[i].field;
      if (!names_[i].name) return nullptr;
    }
  }

  /// A new instance with a copy of `size` bytes. Null with an exception set.
  PyObject* make(const std::byte* data) {
    auto* event = spare_count_ > 0
                      ? spare_[--spare_count_]
                      : static_cast<event_object*>(PyObject_Malloc(offsetof(event_object, data) + size));
    if (event == nullptr) return PyErr_NoMemory();
    PyObject_Init(reinterpret_cast<PyObject*>(event), type);
    event->layout = this;
    std::memcpy(event->data, data, size);
    return reinterpret_cast<PyObject*>(event);
  }

  /// Takes back the memory of an instance that nobody refers to.
  void recycle(event_object* event) noexcept {
    if (spare_count_ < spare_.size()) {
      spare_[spare_count_++] = event;
    } else {
      PyObject_Free(event);
    }
  }

private:
  struct entry {
    reference name;
    const field_info* field = nullptr;
  };
  static std::size_t slot(PyObject* string) noexcept { return reinterpret_cast<std::uintptr_t>(string) >> 4; }

  std::vector<entry> names_;               // open addressing; a power of two, half empty at least
  std::array<event_object*, 16> spare_{};  // a loop drops each event when it takes the next one
  std::size_t spare_count_ = 0;
};

}  // namespace aiobpf::python
