#include <aiobpf/bpf/system_call.hpp>

#include "throw_error.hpp"

namespace aiobpf::bpf {

void throw_system_call(int errno_value, std::string_view step) {
  throw_errno(errno_value, step, refused::system_call);
}

}  // namespace aiobpf::bpf
