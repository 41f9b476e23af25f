#include <aiobpf/bpf/error.hpp>

#include "throw_error.hpp"

#include <bpf/libbpf.h>

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

// what() would end at a NUL, which a name or a path that was given may have.
std::string without_nul(std::string text) {
  for (auto at = text.find('\0'); at != text.npos; at = text.find('\0', at)) text.replace(at, 1, "\\0");
  return text;
}

}  // namespace

error::error(boost::system::error_code code, std::string message, std::string log)
    : system_error(code), message_(without_nul(std::move(message))), log_(std::move(log)) {}

std::string error::verifier_log() const {
  const auto begin = log_.find(log_begin);
  if (begin == std::string::npos) return {};
  const auto from = begin + log_begin.size();
  const auto end = log_.find(log_end, from);
  return log_.substr(from, end == std::string::npos ? end : end - from);
}

boost::system::error_code errno_code(int errno_value) noexcept {
  if (errno_value >= __LIBBPF_ERRNO__START) return {errno_value, libbpf_category()};
  return {errno_value == kernel_enotsupp ? EOPNOTSUPP : errno_value, boost::system::system_category()};
}

void throw_with_remedy(int errno_value, std::string_view step, std::string_view remedy, std::string log) {
  const auto code = errno_code(errno_value);
  std::string message{step};
  message += ": " + code.message();
  if (!remedy.empty()) message.append("; ").append(remedy);
  throw error{code, std::move(message), std::move(log)};
}

void throw_errno(int errno_value, std::string_view step, refused what, std::string log) {
  throw_with_remedy(errno_value, step, remedy_for(errno_value, what), std::move(log));
}

void throw_error(errc code, std::string_view step, std::string_view hint, std::string log) {
  std::string message{step};
  message += ": ";
  message += hint.empty() ? make_error_code(code).message() : std::string{hint};
  throw error{make_error_code(code), std::move(message), std::move(log)};
}

}  // namespace aiobpf::bpf
