#pragma once

#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <string>

namespace aiobpf::tests {

/// From here on, what this process mounts is seen by no other and goes with it. Needs root.
inline void make_mounts_private() {
  BOOST_REQUIRE(::unshare(CLONE_NEWNS) == 0);
  BOOST_REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

inline constexpr const char* tracefs_place = "/sys/kernel/tracing";

/// A fixture: tracefs is mounted where libbpf looks for it.
struct with_tracefs {
  with_tracefs() {
    if (std::filesystem::exists(std::string{tracefs_place} + "/events")) return;
    make_mounts_private();
    BOOST_REQUIRE(::mount("tracefs", tracefs_place, "tracefs", 0, nullptr) == 0);
  }
};

/// A file system of that type, mounted while this lives, on a directory of its own called `name`.
class temporary_mount {
public:
  explicit temporary_mount(const std::string& type, const std::string& name = "mount")
      : path_(directory_.path() / name) {
    make_mounts_private();
    std::filesystem::create_directory(path_);
    BOOST_REQUIRE(::mount(type.c_str(), path_.c_str(), type.c_str(), 0, nullptr) == 0);
  }
  ~temporary_mount() { ::umount2(path_.c_str(), MNT_DETACH); }
  temporary_mount(const temporary_mount&) = delete;
  temporary_mount& operator=(const temporary_mount&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  temporary_directory directory_;
  std::filesystem::path path_;
};

}  // namespace aiobpf::tests
