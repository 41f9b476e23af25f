#include <aiobpf/bpf/program.hpp>

#include "names.hpp"
#include "pin.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

constexpr std::size_t packet_growth = 4096;

}  // namespace

std::string program::name() const {
  return or_empty(::bpf_program__name(program_));
}
std::string program::section() const {
  return or_empty(::bpf_program__section_name(program_));
}
int program::native_handle() const noexcept {
  return ::bpf_program__fd(program_);
}
std::uint32_t program::type() const noexcept {
  return ::bpf_program__type(program_);
}

std::string program::type_name() const {
  const char* name = ::libbpf_bpf_prog_type_str(::bpf_program__type(program_));
  return name ? name : "unknown";
}

void program::pin(const std::filesystem::path& path) const {
  const std::string step = "pin " + name() + " at " + path.string();
  if (!is_loaded()) throw_error(errc::wrong_phase, step, "it is not loaded");
  pin_descriptor(native_handle(), path, step);
}

void program::unpin(const std::filesystem::path& path) const {
  remove_pin(path, "unpin " + name() + " from " + path.string());
}

program::run_result program::run(std::span<std::byte> context) const {
  return run(run_options{.context = context});
}

program::run_result program::run(const run_options& options) const {
  const std::string step = "run " + name();
  if (!is_loaded()) throw_error(errc::wrong_phase, step, "it is not loaded");
  LIBBPF_OPTS(bpf_test_run_opts, native);
  run_result result;
  if (!options.context.empty()) {
    native.ctx_in = options.context.data();
    native.ctx_size_in = static_cast<__u32>(options.context.size());
  }
  if (!options.data.empty()) {
    result.data.resize(options.data.size() + packet_growth);
    native.data_in = options.data.data();
    native.data_size_in = static_cast<__u32>(options.data.size());
    native.data_out = result.data.data();
    native.data_size_out = static_cast<__u32>(result.data.size());
    if (!options.context.empty()) {  // without data the kernel writes to where the context came from
      native.ctx_out = options.context.data();
      native.ctx_size_out = native.ctx_size_in;
    }
  }
  if (options.repeat > 1) native.repeat = static_cast<int>(options.repeat);  // kinds that run once refuse any
  if (::bpf_prog_test_run_opts(native_handle(), &native) != 0) {
    if (errno_code(errno) == errno_code(EOPNOTSUPP)) {
      throw_error(errc::wrong_type, step,
                  "it is a '" + type_name() + "' program, and the kernel runs those by their events only");
    }
    if (errno == EINVAL && options.data.empty()) {
      throw_with_remedy(EINVAL, step,
                        "its context has another size than the program reads: pass as many bytes");
    }
    throw_errno(errno, step);
  }
  result.value = native.retval;
  result.nanoseconds = native.duration;
  result.data.resize(options.data.empty() ? 0 : native.data_size_out);
  return result;
}

}  // namespace aiobpf::bpf
