#include <aiobpf/bpf/fork_guard.hpp>

#include "throw_error.hpp"

#include <pthread.h>

namespace aiobpf::bpf {

// Written in a new child only, before it has a second thread: no reader needs an atomic.
std::uint64_t fork_guard::generation_ = 0;

void count_fork() noexcept {
  ++fork_guard::generation_;
}

namespace {

// Once a process, when we are loaded; unloading a shared object takes the handler away again. It fails only
// when memory runs out, and that early a process ends anyway.
[[maybe_unused]] const int registered = ::pthread_atfork(nullptr, nullptr, count_fork);

}  // namespace

void fork_guard::throw_closed(std::string_view step) {
  throw_error(errc::closed, step, "it was made before fork(); make a new one in this process");
}

}  // namespace aiobpf::bpf
