#include <aiobpf/gen/skeleton.hpp>

#include "outputs.hpp"

namespace aiobpf::gen {

skeleton make_skeleton(std::span<const std::byte> object, const std::string& file, const std::string& name) {
  const model walked = make_model(object, file, name);
  return {.header = write_header(walked), .module = write_module(walked), .stub = write_stub(walked)};
}

}  // namespace aiobpf::gen
