#include "libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <vector>

namespace aiobpf::bpf {
namespace {

thread_local libbpf_log* current = nullptr;
libbpf_print_fn_t previous = nullptr;

// Debug lines are left out: thousands, and none tells a user what to do.
int print(libbpf_print_level level, const char* format, va_list arguments) noexcept {
  if (current == nullptr) return previous ? previous(level, format, arguments) : 0;
  if (level == LIBBPF_DEBUG) return 0;
  try {
    // The verifier's log comes as one argument of any length: measure, then print.
    std::array<char, 512> line;
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (length >= 0 && static_cast<std::size_t>(length) < line.size()) {
      current->append(line.data(), static_cast<std::size_t>(length));
    } else if (length > 0) {
      std::vector<char> text(static_cast<std::size_t>(length) + 1);
      std::vsnprintf(text.data(), text.size(), format, again);
      current->append(text.data(), static_cast<std::size_t>(length));
    }
    va_end(again);
    return length;
  } catch (...) {  // out of memory inside a C callback: the log is cut, the call goes on
    return 0;
  }
}

}  // namespace

libbpf_log::libbpf_log() : outer_(current) {
  static std::once_flag once;
  std::call_once(once, [] { previous = ::libbpf_set_print(print); });
  current = this;
}

libbpf_log::~libbpf_log() {
  current = outer_;
}

}  // namespace aiobpf::bpf
