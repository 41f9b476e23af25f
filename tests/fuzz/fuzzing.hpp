#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// Ends the run, and so reports the input, unless it is so.
#define AIOBPF_CHECK(condition)                                                    \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (0)

namespace aiobpf::fuzzing {

/// Takes plain values off an input's front; zeroes when it is used up.
class input {
public:
  input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

  bool empty() const noexcept { return left_ == 0; }

  template <class Value>
  Value take() {
    Value value{};
    const std::size_t got = std::min(sizeof(value), left_);
    std::memcpy(&value, data_, got);
    skip(got);
    return value;
  }
  void take_into(std::byte* to, std::size_t bytes) {
    const std::size_t got = std::min(bytes, left_);
    if (got > 0) std::memcpy(to, data_, got);
    skip(got);
  }

private:
  void skip(std::size_t bytes) {
    data_ += bytes;
    left_ -= bytes;
  }
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace aiobpf::fuzzing
