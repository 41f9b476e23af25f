#include <aiobpf/bpf/attach/assembled.hpp>

#include "../libbpf_log.hpp"
#include "../throw_error.hpp"

#include <bpf/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {
namespace {

/// A descriptor whose closing detaches: of a perf event, or of a link that is not pinned. A child that closes
/// its copy leaves the parent's.
class descriptor_attachment final : public attachment {
public:
  explicit descriptor_attachment(unique_fd fd) noexcept : fd_(std::move(fd)) {}
  void detach() noexcept override { fd_.reset(); }
  int native_handle() const noexcept override { return fd_.get(); }

private:
  unique_fd fd_;
};

link link_of(unique_fd fd) {
  return link{std::make_unique<descriptor_attachment>(std::move(fd))};
}

}  // namespace

link attach(const assembled_program& program, const perf_place& place) {
  const std::string step = "attach " + program.name() + " to " + place.description;
  ::perf_event_attr event{};
  event.size = sizeof(event);
  event.type = place.type;
  event.config = place.config;
  event.config1 = place.config1;
  event.config2 = place.config2;
  // One CPU's event is enough: the program belongs to the tracepoint, and runs on all.
  unique_fd fd{static_cast<int>(::syscall(SYS_perf_event_open, &event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC))};
  if (!fd) throw_errno(errno, step);
  if (::ioctl(fd.get(), PERF_EVENT_IOC_SET_BPF, program.native_handle()) != 0) throw_errno(errno, step);
  if (::ioctl(fd.get(), PERF_EVENT_IOC_ENABLE, 0) != 0) throw_errno(errno, step);
  return link_of(std::move(fd));
}

link attach(const assembled_program& program, const raw_tracepoint_place& place) {
  libbpf_log log;
  const char* const name = place.name.empty() ? nullptr : place.name.c_str();
  const int made = ::bpf_raw_tracepoint_open(name, program.native_handle());
  if (made < 0) {
    throw_errno(-made, "attach " + program.name() + " to the raw tracepoint " + place.name, log.take());
  }
  return link_of(unique_fd{made});
}

}  // namespace aiobpf::bpf
