#pragma once

#include "open_descriptors.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

namespace aiobpf::tests {

/// While it lives, this process can open `room` more descriptors.
class few_descriptors {
public:
  explicit few_descriptors(unsigned room) {
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    // The limit is on a descriptor's number, and the smallest free ones are given out first.
    const auto open = open_descriptors();
    int limit = 0;
    for (unsigned free = 0; free < room || open.contains(limit); ++limit) {
      if (!open.contains(limit)) ++free;
    }
    ::rlimit few = before_;
    few.rlim_cur = static_cast<::rlim_t>(limit);
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;

private:
  ::rlimit before_{};
};

}  // namespace aiobpf::tests
