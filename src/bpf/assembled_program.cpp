#include <aiobpf/bpf/assembled_program.hpp>

#include "libbpf_log.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <vector>

namespace aiobpf::bpf {
namespace {

constexpr char licence[] = "Dual MIT/GPL";

// Of the verifier: a program of 1,000 instructions writes some 300 KiB, and what does not fit is ENOSPC.
constexpr std::size_t log_bytes = 16 << 20;

// As libbpf prints it, so that error::verifier_log() finds it.
std::string framed(const std::string& name, const char* log) {
  return "prog '" + name + "': -- BEGIN PROG LOAD LOG --\n" + log + "-- END PROG LOAD LOG --\n";
}

}  // namespace

assembled_program::assembled_program(std::span<const ::bpf_insn> instructions,
                                     const assembled_program_options& options)
    : name_(options.name) {
  libbpf_log quiet;
  const auto load = [&](std::vector<char>& log) {
    LIBBPF_OPTS(bpf_prog_load_opts, more);
    more.expected_attach_type = static_cast<::bpf_attach_type>(options.expected_attach_type);
    more.attach_btf_id = options.attach_btf_id;
    more.log_buf = log.empty() ? nullptr : log.data();
    more.log_size = static_cast<__u32>(log.size());
    more.log_level = log.empty() ? 0 : 1;
    return ::bpf_prog_load(static_cast<::bpf_prog_type>(options.type), kernel_name(name_).c_str(), licence,
                           instructions.data(), instructions.size(), &more);
  };
  std::vector<char> log;
  int loaded = load(log);
  if (loaded == -EINVAL || loaded == -EACCES || loaded == -E2BIG) {  // the verifier's; now with its log
    log.resize(log_bytes);
    loaded = load(log);
  }
  const std::string step = "load the program " + name_;
  if (loaded < 0 && !log.empty() && log.front() != '\0') {
    throw_error(errc::rejected, step, "the verifier refused it; its log says why", framed(name_, log.data()));
  }
  if (loaded < 0) throw_errno(-loaded, step, quiet.take());
  fd_.reset(loaded);
}

}  // namespace aiobpf::bpf
