#include "kernel_version.hpp"

#include <sys/utsname.h>

#include <cstdio>

namespace aiobpf::bpf {

std::string kernel_release() {
  ::utsname name{};
  ::uname(&name);
  return name.release;
}

bool kernel_is_older_than(unsigned major, unsigned minor) {
  unsigned have_major = 0;
  unsigned have_minor = 0;
  if (std::sscanf(kernel_release().c_str(), "%u.%u", &have_major, &have_minor) != 2) return false;
  return have_major < major || (have_major == major && have_minor < minor);
}

}  // namespace aiobpf::bpf
