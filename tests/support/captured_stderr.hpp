#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace aiobpf::tests {

/// Takes what is written to stderr while it lives.
class captured_stderr {
public:
  captured_stderr()
      : saved_(bpf::unique_fd::duplicate(STDERR_FILENO)), taken_(::memfd_create("stderr", MFD_CLOEXEC)) {
    BOOST_REQUIRE(::dup2(taken_.get(), STDERR_FILENO) == STDERR_FILENO);
  }
  ~captured_stderr() {
    std::fflush(stderr);
    ::dup2(saved_.get(), STDERR_FILENO);
  }
  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;

  std::string text() const {
    std::fflush(stderr);
    std::string text(static_cast<std::size_t>(::lseek(taken_.get(), 0, SEEK_END)), '\0');
    BOOST_REQUIRE(::pread(taken_.get(), text.data(), text.size(), 0) == static_cast<::ssize_t>(text.size()));
    return text;
  }

private:
  bpf::unique_fd saved_;
  bpf::unique_fd taken_;
};

}  // namespace aiobpf::tests
