#pragma once

#include <string>

namespace aiobpf::bpf {

/// The running kernel's release, as in "6.1.0-28-amd64".
std::string kernel_release();

/// By the release's first two numbers; false where it has none.
bool kernel_is_older_than(unsigned major, unsigned minor);

}  // namespace aiobpf::bpf
