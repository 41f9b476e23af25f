#include "read_failure.hpp"

#include <aiobpf/bpf/error.hpp>

#include <new>
#include <string>

namespace aiobpf::loop {

void throw_read_failure(const stream_core& core, const turn_result& did) {
  if (did.error == boost::system::errc::not_enough_memory) throw std::bad_alloc{};
  if (did.error == bpf::errc::not_found) {
    throw bpf::error{bpf::errc::not_found, "read: the stream has no source; add() one"};
  }
  std::string message = "read";
  if (did.failed && core.contains(*did.failed)) message += " '" + core.name(*did.failed) + "'";
  message += ": " + did.error.message();
  if (did.error != bpf::errc::ended) message += "; it is left out from now on";
  throw bpf::error{did.error, message};
}

}  // namespace aiobpf::loop
