#include "find_binary.hpp"

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace aiobpf::bpf {
namespace {

#if defined(__x86_64__)
constexpr const char* system_libraries = "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu";
#elif defined(__aarch64__)
constexpr const char* system_libraries = "/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu";
#else
constexpr const char* system_libraries = "";
#endif
constexpr const char* other_libraries = "/lib64:/usr/lib64:/lib:/usr/lib:/usr/local/lib";

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::string find_binary(attach_call& call, const std::string& name) {
  call.check_name(name);
  if (name.find('/') != name.npos) {
    if (::access(name.c_str(), R_OK) == 0) return name;
    throw_errno(errno, call.step(), refused::file);
  }
  const bool is_library = name.find(".so") != name.npos;
  const std::string folders =
      is_library ? from_environment("LD_LIBRARY_PATH") + ':' + system_libraries + ':' + other_libraries
                 : from_environment("PATH");
  std::istringstream all{folders};
  for (std::string folder; std::getline(all, folder, ':');) {
    if (folder.empty()) continue;
    const std::string path = folder + '/' + name;
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  throw_with_remedy(ENOENT, call.step(),
                    (is_library ? "no such library" : "no such program") + std::string{" in "} + folders +
                        "; a path needs a slash");
}

}  // namespace aiobpf::bpf
