#include <aiobpf/bpf/btf.hpp>

#include "btf_state.hpp"
#include "libbpf_log.hpp"
#include "throw_error.hpp"

#include <bpf/btf.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <exception>
#include <memory>

namespace aiobpf::bpf {
namespace {

// What vmlinux.h begins and ends with, wherever it was made: the guard that <linux/bpf.h>'s users look at,
// and CO-RE for every record.
constexpr const char* head =
    "#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
    "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n#endif\n\n";
constexpr const char* tail =
    "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n#endif\n";

struct text {
  std::string written;
  std::exception_ptr failed;  // libbpf is C: nothing is thrown through it
};

void append(void* into, const char* format, va_list arguments) {
  auto& out = *static_cast<text*>(into);
  if (out.failed) return;
  try {
    char buffer[512];
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(buffer, sizeof buffer, format, arguments);
    if (length >= 0 && static_cast<std::size_t>(length) < sizeof buffer) {
      out.written.append(buffer, static_cast<std::size_t>(length));
    } else if (length >= 0) {
      const std::size_t before = out.written.size();
      out.written.resize(before + static_cast<std::size_t>(length) + 1);
      std::vsnprintf(out.written.data() + before, static_cast<std::size_t>(length) + 1, format, again);
      out.written.pop_back();
    }
    va_end(again);
  } catch (...) {
    out.failed = std::current_exception();
  }
}

}  // namespace

std::string btf::c_header() const {
  const std::string step = "write a header of " + state_->where;
  if (state_->types == nullptr) throw_error(errc::not_found, step, "it has no types");
  libbpf_log log;
  text out{.written = head, .failed = {}};
  const std::unique_ptr<::btf_dump, void (*)(::btf_dump*)> dump{
      ::btf_dump__new(state_->types, append, &out, nullptr), ::btf_dump__free};
  if (!dump) throw_errno(errno, step, log.take());
  for (__u32 id = 1; id < ::btf__type_cnt(state_->types); ++id) {
    if (const int failed = ::btf_dump__dump_type(dump.get(), id)) throw_errno(-failed, step, log.take());
    if (out.failed) std::rethrow_exception(out.failed);
  }
  return std::move(out.written) + tail;
}

}  // namespace aiobpf::bpf
