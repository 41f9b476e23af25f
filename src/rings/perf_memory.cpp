#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/perf_event.hpp>
#include <aiobpf/rings/perf_memory.hpp>

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <string>

namespace aiobpf::rings {
namespace {

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

perf_memory::perf_memory(std::shared_ptr<std::byte> mapped, std::size_t header, std::size_t bytes) noexcept
    : mapped_(std::move(mapped)), data_(mapped_.get() + header), size_(bytes) {
  auto* const page = reinterpret_cast<::perf_event_mmap_page*>(mapped_.get());
  head_ = reinterpret_cast<std::uint64_t*>(&page->data_head);
  tail_ = reinterpret_cast<std::uint64_t*>(&page->data_tail);
}

perf_memory perf_memory::map_event(const perf_event& event, std::size_t bytes) {
  const std::size_t all = page_size() + bytes;
  const int protection = event.is_overwritable() ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const mapped = ::mmap(nullptr, all, protection, MAP_SHARED, event.native_handle(), 0);
  if (mapped == MAP_FAILED) {
    const int why = errno;
    const std::string step = "map the perf buffer of CPU " + std::to_string(event.cpu());
    if (why != EPERM && why != ENOMEM) bpf::throw_system_call(why, step);
    throw bpf::error{
        {why, boost::system::system_category()},
        step + ": " + std::strerror(why) +
            "; raise the limit of locked memory (ulimit -l, sysctl kernel.perf_event_mlock_kb), or "
            "make the buffer smaller"};
  }
  return {std::shared_ptr<std::byte>{static_cast<std::byte*>(mapped),
                                     [all](std::byte* memory) { ::munmap(memory, all); }},
          page_size(), bytes};
}

perf_memory perf_memory::make(std::size_t bytes) {
  const std::size_t all = page_size() + bytes;
  void* const mapped = ::mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc{};
  return {std::shared_ptr<std::byte>{static_cast<std::byte*>(mapped),
                                     [all](std::byte* memory) { ::munmap(memory, all); }},
          page_size(), bytes};
}

}  // namespace aiobpf::rings
