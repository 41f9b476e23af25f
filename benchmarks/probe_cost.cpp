// What a probe costs the traced program: an openat() of a file that is not there, with the probe and without,
// beside the same with a program that was written by hand. With probe_filter the event is left out by the
// filter.
#include "support/bench.hpp"

#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/environment.hpp>
#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/probes/trace.hpp>
#include <aiobpf/records/batch_writer.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace aiobpf;
using namespace aiobpf::benchmarks;

constexpr std::size_t ring_bytes = 1024 * 1024;
// Bursts are short, so that few are interrupted; those are left out by the median.
constexpr std::size_t calls = 40;
constexpr std::size_t bursts = 200;

void drain(loop::source& from) {
  records::batch batch;
  for (bool more = true; more; batch.clear()) {
    records::batch_writer out{batch, 0};
    more = from.get_channel(0).drain({}, out).stop == loop::drain_stop::limit;
  }
}

// Nanoseconds a call; what was recorded is taken away in between.
double call(loop::source& reads) {
  std::vector<double> times;
  for (std::size_t burst = 0; burst < bursts; ++burst) {
    const auto started = clock::now();
    for (std::size_t i = 0; i < calls; ++i) {
      ::syscall(SYS_openat, AT_FDCWD, "/there/is/no/such/file", O_RDONLY, 0);
    }
    times.push_back(nanoseconds_since(started) / calls);
    drain(reads);
  }
  return median(std::move(times));
}

// What attaching adds to a call.
template <class Attach>
double cost(loop::source& reads, Attach attach) {
  const double without = call(reads);
  const auto attached = attach();
  return call(reads) - without;
}

bpf::object load_baseline() {
  bpf::object_file file{AIOBPF_OPENAT_OBJECT};
  const auto pid = static_cast<std::uint32_t>(::getpid());
  file.set_rodata("only_pid", std::as_bytes(std::span{&pid, 1}));
  return std::move(file).load();
}

void measure(const options& wanted, const std::string& row, const std::string& where, const char* program) {
  if (!wanted.wants(row)) return;
  const auto object = load_baseline();
  sources::ring_source baseline{object, "opens"};
  const probes::trace_options asked{
      .event = "syscalls:sys_enter_openat", .where = where, .ring_bytes = ring_bytes};
  auto probe = std::move(probes::load({&asked, 1}).front());
  const auto ours = probe.take_source();
  const auto costs = measure_pairs(
      wanted.quick ? 3 : 41,
      [&] {
        const auto attach = [&] {
          probe.attach();
          return std::unique_ptr<probes::probe, void (*)(probes::probe*)>{&probe,
                                                                          [](auto* one) { one->detach(); }};
        };
        return cost(*ours, attach);
      },
      [&] { return cost(baseline, [&] { return bpf::attach(object.program(program)); }); });
  report(row, costs, "the same, written by hand in C", "ns");
}

// For this process alone.
void mount_tracefs() {
  if (!bpf::mount_point("tracefs").empty()) return;
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr) != 0) {
    throw std::system_error{errno, std::generic_category(), "mount tracefs"};
  }
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    mount_tracefs();
    pin_to(1);
    const auto pid = std::to_string(::getpid());
    measure(wanted, "probe_cost/openat", "pid == " + pid, "on_openat");
    measure(wanted, "probe_filter/openat", "pid == " + std::to_string(::getpid() + 1), "on_other_openat");
  });
}
