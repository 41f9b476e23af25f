#pragma once

#include <aiobpf/bpf/btf.hpp>

#include <utility>

namespace aiobpf::python {

/// What Python has as `_aiobpf.Type`: one type of BTF. Event classes, NumPy dtypes and constants are made
/// from it.
class type_object {
public:
  explicit type_object(bpf::type_ptr type) noexcept : type_(std::move(type)) {}

  const bpf::type& get() const noexcept { return *type_; }
  const bpf::type_ptr& shared() const noexcept { return type_; }

private:
  bpf::type_ptr type_;
};

}  // namespace aiobpf::python
