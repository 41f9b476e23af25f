#pragma once

#include <string>
#include <utility>

namespace aiobpf::bpf {

/// A network interface: by its name, which is looked up when a program is attached, or by its index.
struct network_interface {
  network_interface(const char* by_name) : name(by_name) {}             // NOLINT: "eth0" is one
  network_interface(std::string by_name) : name(std::move(by_name)) {}  // NOLINT
  network_interface(unsigned by_index) noexcept : index(by_index) {}    // NOLINT

  std::string name;    ///< empty: by the index
  unsigned index = 0;  ///< counts from 1
};

}  // namespace aiobpf::bpf
