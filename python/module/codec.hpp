#pragma once

#include "decoder.hpp"
#include "field_reader.hpp"
#include "python.hpp"

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace aiobpf::python {

/// How bytes of one size become Python objects, and back: one side of a map, a variable, a record.
///
/// `where` says for people what it is of: "map counts: a value". Copies share what they are made from. Used
/// with the GIL held.
class codec {
public:
  /// Bytes as they are.
  static codec of_bytes(std::string where, std::size_t size);
  /// By a type of BTF; `as_text`: an array of char is a str, and not bytes. Null with an exception set.
  /// Throws bpf::error: not_supported.
  static std::unique_ptr<codec> of_type(std::string where, const bpf::type_ptr& type,
                                        const field_converter& convert, bool as_text);
  /// By a subclass of ctypes.Structure or Union. Null with an exception set.
  static std::unique_ptr<codec> of_structure(std::string where, std::size_t size, PyObject* structure);
  /// By functions: from bytes, and to bytes of that size.
  static codec of_functions(std::string where, std::size_t size, PyObject* decode, PyObject* encode);

  std::size_t size() const noexcept { return size_; }

  /// A new reference; null with an exception set.
  PyObject* decode(const std::byte* data) const { return decode_(*this, data); }

  /// Writes size() bytes, all of them. False with an exception set: TypeError, BtfValidationError; of bytes
  /// of another size BpfMapError.
  bool encode(PyObject* value, std::byte* out) const { return encode_(*this, value, out); }

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const;
  void clear();

private:
  codec(std::string where, std::size_t size) : where_(std::move(where)), size_(size) {}
  struct ways;  // the functions below, by kind

  std::string where_;
  std::size_t size_;
  PyObject* (*decode_)(const codec&, const std::byte*) = nullptr;
  bool (*encode_)(const codec&, PyObject*, std::byte*) = nullptr;

  bpf::type_ptr type_;                       // of_type
  std::shared_ptr<const field_info> field_;  // of_type
  std::optional<decoder> structure_;         // of_structure
  reference class_;                          // of_structure
  reference decode_function_;                // of_functions
  reference encode_function_;
};

}  // namespace aiobpf::python
