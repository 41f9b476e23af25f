#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/perf_event.hpp>

#include <linux/perf_event.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace aiobpf::rings {
namespace {

// Newer than the headers of some systems (kernel 6.0).
constexpr std::uint64_t format_lost = 1U << 4;

int open_event(const perf_event_options& options, std::uint64_t read_format) noexcept {
  ::perf_event_attr wanted{};
  wanted.size = sizeof(wanted);
  wanted.type = PERF_TYPE_SOFTWARE;
  wanted.config = PERF_COUNT_SW_BPF_OUTPUT;
  wanted.sample_period = 1;
  wanted.sample_type = PERF_SAMPLE_RAW;
  wanted.read_format = read_format;
  wanted.write_backward = options.overwritable;
  wanted.watermark = options.watermark > 0;
  wanted.wakeup_events = options.watermark > 0 ? options.watermark : 1;  // a union with wakeup_watermark
  return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, -1, options.cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

}  // namespace

std::optional<perf_event> perf_event::open(const perf_event_options& options) {
  bool counts_lost = true;
  bpf::unique_fd fd{open_event(options, format_lost)};
  if (!fd && errno == EINVAL) {
    counts_lost = false;
    fd.reset(open_event(options, 0));
  }
  if (fd) return perf_event{std::move(fd), options, counts_lost};
  const int why = errno;
  if (why == ENODEV) return std::nullopt;
  const std::string step = "open a perf event on CPU " + std::to_string(options.cpu);
  if (why != EACCES && why != EPERM) bpf::throw_system_call(why, step);
  throw bpf::error{
      {why, boost::system::system_category()},
      step + ": " + std::strerror(why) +
          "; CAP_PERFMON is needed (CAP_SYS_ADMIN before kernel 5.8), and no seccomp filter that "
          "refuses perf_event_open"};
}

void perf_event::write_into(const perf_event& other) const {
  if (::ioctl(fd_.get(), PERF_EVENT_IOC_SET_OUTPUT, other.fd_.get()) != 0)
    bpf::throw_system_call(errno, "share the perf buffer of CPU " + std::to_string(cpu()));
}

std::optional<std::uint64_t> perf_event::lost() const noexcept {
  std::array<std::uint64_t, 2> value_and_lost{};
  if (!counts_lost_ || ::read(fd_.get(), value_and_lost.data(), sizeof(value_and_lost)) !=
                           static_cast<ssize_t>(sizeof(value_and_lost))) {
    return std::nullopt;
  }
  return value_and_lost[1];
}

bool perf_event::pause(bool paused) const noexcept {
  return ::ioctl(fd_.get(), PERF_EVENT_IOC_PAUSE_OUTPUT, paused ? 1 : 0) == 0;
}

void perf_event::quiet() const noexcept {
  ::pollfd watched{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  ::poll(&watched, 1, 0);
}

}  // namespace aiobpf::rings
