#include "kernel.hpp"

namespace aiobpf::tests {

std::filesystem::path bpf_object_path(const std::string& name) {
  return std::filesystem::path{AIOBPF_BPF_OBJECT_DIR} / (name + ".bpf.o");
}

}  // namespace aiobpf::tests
