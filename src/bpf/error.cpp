#include <aiobpf/bpf/error.hpp>

#include <aiobpf/bpf/environment.hpp>

#include "throw_error.hpp"

#include <cerrno>
#include <utility>

namespace aiobpf::bpf {
namespace {

// libbpf prints the verifier's log between these two lines (libbpf.c, bpf_object_load_prog).
constexpr std::string_view log_begin = "-- BEGIN PROG LOAD LOG --\n";
constexpr std::string_view log_end = "-- END PROG LOAD LOG --";

// ENOTSUPP of the kernel's include/linux/errno.h, "should never be seen by user programs". Map types
// without lookup, update or iteration let it out (kernel/bpf/ringbuf.c, ringbuf_map_lookup_elem).
constexpr int kernel_enotsupp = 524;

}  // namespace

error::error(boost::system::error_code code, std::string message, std::string log)
    : system_error(code), message_(std::move(message)), log_(std::move(log)) {}

std::string error::verifier_log() const {
  const auto begin = log_.find(log_begin);
  if (begin == std::string::npos) return {};
  const auto from = begin + log_begin.size();
  const auto end = log_.find(log_end, from);
  return log_.substr(from, end == std::string::npos ? end : end - from);
}

void throw_errno(int errno_value, std::string_view step, std::string log) {
  if (errno_value == kernel_enotsupp) errno_value = EOPNOTSUPP;
  const boost::system::error_code code{errno_value, boost::system::system_category()};
  std::string message{step};
  message += ": " + code.message();
  if (errno_value == EPERM || errno_value == EACCES) {
    for (const auto& lack : missing_for_bpf()) message += "; " + lack;
  }
  throw error{code, std::move(message), std::move(log)};
}

void throw_file_errno(int errno_value, std::string_view step) {
  const boost::system::error_code code{errno_value, boost::system::system_category()};
  throw error{code, std::string{step} + ": " + code.message()};
}

void throw_error(errc code, std::string_view step, std::string_view hint, std::string log) {
  std::string message{step};
  message += ": ";
  message += hint.empty() ? make_error_code(code).message() : std::string{hint};
  throw error{make_error_code(code), std::move(message), std::move(log)};
}

}  // namespace aiobpf::bpf
