// Traces openat, and prints a line at the first event of its own.
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

using namespace aiobpf;

int main() try {
  auto probe =
      probes::trace({.event = "syscalls:sys_enter_openat", .pid = static_cast<std::uint32_t>(::getpid())});
  const auto source = probe.take_source();
  ::close(::open("/", O_RDONLY | O_CLOEXEC));
  records::batch batch;
  records::batch_writer out{batch, 0};
  if (source->get_channel(0).drain({}, out).records == 0) return 1;
  std::printf("%d\n", ::getpid());
  std::fflush(stdout);
  std::_Exit(0);  // what is measured is over
} catch (const bpf::error& failed) {
  std::fprintf(stderr, "%s\n", failed.what());
  return 1;
}
